#pragma once
// The name that Python's threading module knows a thread by. Async-signal-safe.
//
// A thread that it started runs Thread._bootstrap(self) in its outermost frame, so the frame leads to the object, and
// the object to its name. A thread that is renamed later keeps the name that was read.
#include <cstddef>
#include <cstdint>

#include "agent/capture/memory.h"
#include "agent/cpython/layout.h"

namespace pyprof::capture {

// `outermost` is the address of the thread's outermost frame, which was read. Copies the name as NUL-terminated UTF-8,
// cut between characters to what fits. False, and nothing changed, if threading did not start the thread.
// For whoever may read attributes (attributes.h).
bool copy_thread_name(std::uint64_t outermost, const cpython::PythonLayout& layout, PageCache& known, char* name,
                      std::size_t bytes);

}  // namespace pyprof::capture
