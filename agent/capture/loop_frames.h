#pragma once
// The native frames of the evaluation loop, from the leaf, for versions whose loops carry no marker. Async-signal-safe;
// part of the Python walk.
#include <cstdint>

#include "agent/capture/native_stack.h"
#include "agent/cpython/runtime.h"

namespace pyprof::capture {

class LoopFrames {
public:
    LoopFrames(const cpython::PythonRuntime& runtime, const NativeStack& native) : runtime_{runtime}, native_{native} {}

    std::uint32_t count() const {
        std::uint32_t loops = 0;
        for (std::uint32_t i = 0; i < native_.count; ++i) loops += is_loop(native_.frames[i]) ? 1 : 0;
        return loops;
    }

    // Moves on to the next one and gives the address that marks its activation. False if there is none.
    bool next(std::uint64_t& marker) {
        while (at_ != native_.count && !is_loop(native_.frames[at_])) ++at_;
        if (at_ == native_.count) return false;
        marker = native_.frames[at_++].sp;
        return true;
    }
    // From now on there is none.
    void end() { at_ = native_.count; }

private:
    bool is_loop(const NativeFrame& frame) const {
        const std::uint64_t pc = frame.pc - (frame.is_return_address ? 1 : 0);
        return runtime_.loop.holds(pc) || runtime_.loop_cold.holds(pc);
    }

    const cpython::PythonRuntime& runtime_;
    const NativeStack& native_;
    std::uint32_t at_ = 0;
};

}  // namespace pyprof::capture
