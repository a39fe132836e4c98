#pragma once
// Where the cycle collector begins in a native stack, while it runs. The interpreter says that one of its threads
// collects, not which one, nor for which caller: finalizers run meanwhile, and other threads may run while they do.
// Async-signal-safe.
#include <cstdint>

#include "agent/capture/native_stack.h"
#include "agent/capture/python_stack.h"
#include "agent/cpython/runtime.h"

namespace pyprof::capture {

// The outermost frame of the collector, no_collector if there is none.
std::uint32_t find_collector(const cpython::PythonRuntime& runtime, const NativeStack& native);

}  // namespace pyprof::capture
