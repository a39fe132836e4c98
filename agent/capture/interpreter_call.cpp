#include "agent/capture/interpreter_call.h"

#include "agent/capture/native_code.h"

namespace pyprof::capture {
namespace {

// No chain from one to the next: the processor mixes several at once.
std::uint64_t mixed(std::uint64_t value, std::uint64_t position) {
    const std::uint64_t product = (value + position * 0xd6e8feb86659fd93) * 0x9e3779b97f4a7c15;  // both odd
    return product ^ product >> 32;
}

bool is_of_loader(const NativeFrame& frame) {
    return (native_code.modules.flags(frame.module) & wire::module_flags::loader) != 0;
}

}  // namespace

[[gnu::hot]] std::uint64_t identify_call(const cpython::PythonRuntime& runtime, const NativeStack& native) {
    const std::uint32_t first = find_interpreter_call(runtime, native);
    if (first == no_call || native.end != WalkEnd::bottom) return 0;
    for (std::uint32_t i = 0; i < first; ++i)
        if (is_of_loader(native.frames[i])) return 0;
    std::uint64_t sum = mixed(native.generation, native.count - first);
    bool guessed = false;
    for (std::uint32_t i = first; i < native.count; ++i) {
        guessed |= native.frames[i].guessed;
        sum += mixed(native.frames[i].pc, i - first);
    }
    return guessed ? 0 : sum | 1;
}

}  // namespace pyprof::capture
