#pragma once
// Where functions begin and end according to the unwind table (.eh_frame), which survives `strip`: the ranges that
// give code without any symbol a stable name. Format: LSB Core, "Exception Frames"; the pointer encodings are those
// of the DWARF exception header.
#include <vector>

#include "symbols/elf_file.h"
#include "symbols/intervals.h"

namespace pyprof::symbols {

// One segment per FDE, sorted, without overlaps; values number the FDEs. Entries that cannot be read are left out.
std::vector<Segment> read_function_ranges(const ElfFile& file);

}  // namespace pyprof::symbols
