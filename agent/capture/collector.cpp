#include "agent/capture/collector.h"

namespace pyprof::capture {
namespace {

bool is_collector(const cpython::PythonRuntime& runtime, const NativeFrame& frame) {
    if (frame.function == 0) return false;
    for (const std::uint64_t function : runtime.collector)
        if (function != 0 && function == frame.pc - frame.function) return true;
    return false;
}

}  // namespace

std::uint32_t find_collector(const cpython::PythonRuntime& runtime, const NativeStack& native) {
    for (std::uint32_t i = native.count; i > 0; --i)
        if (is_collector(runtime, native.frames[i - 1])) return i - 1;
    return no_collector;
}

}  // namespace pyprof::capture
