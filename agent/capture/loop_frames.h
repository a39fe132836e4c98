#pragma once
// The native frames of the evaluation loop, from the leaf, for versions whose loops carry no marker or publish it
// before it is filled. Async-signal-safe; part of the Python walk.
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

    // Where the next loop keeps what the innermost one, if it is what was interrupted, keeps at `address` in its native
    // frame. 0: that is not so, there is no next one, or a frame up to it is a guess, which may be off.
    std::uint64_t same_in_next(std::uint64_t address) const {
        const NativeFrame* const frames = native_.frames;
        if (native_.count < 2 || !is_loop(frames[0]) || address < frames[0].sp || address >= frames[1].sp) return 0;
        for (std::uint32_t i = 1; i + 1 < native_.count && !frames[i].guessed; ++i)
            if (is_loop(frames[i])) return frames[i + 1].sp - (frames[1].sp - address);
        return 0;
    }

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
