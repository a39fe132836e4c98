#pragma once
// One recording into an address-free tree: addresses become module offsets, code units become lines, node roots of
// threads disappear, values are kept per thread. Not for the signal side; one thread at a time.
#include "gather/compiler_files.h"
#include "gather/tree.h"
#include "wire/decoder.h"

namespace pyprof::gather {

// In canonical form (reduce.h). Damage becomes Process::damaged_bytes and a note; a call path whose callers are lost
// stands below the root with its weight. `files` name code that nothing else does.
Tree gather(const wire::Recording& recording, CompilerFiles files = {});

}  // namespace pyprof::gather
