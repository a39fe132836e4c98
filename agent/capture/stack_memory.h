#pragma once
// Reads of the stack that is walked. Inside the thread's own stack, from the red zone below its stack pointer up, a
// read is plain; everything else (fibres, alternate signal stacks, other memory that an expression names) is probed
// first. One walk long; async-signal-safe.
#include <cstdint>

#include "agent/capture/memory.h"
#include "agent/capture/registers.h"

namespace pyprof::capture {

class StackMemory {
public:
    static constexpr std::uint64_t red_zone = 128;  // System V ABI AMD64, section 3.2.2

    // `copies`: of a thread that is looked at from another, whose fibre may go on and end meanwhile.
    StackMemory(StackBounds bounds, std::uint64_t sp, PageCopies* copies = nullptr)
        : bounds_{bounds}, pages_{copies == nullptr ? PageCache{} : PageCache{*copies}} {
        enter(sp);
    }

    // The walk now goes on at `sp`: the start, or behind a signal frame.
    void enter(std::uint64_t sp) {
        if (sp < bounds_.low || sp >= bounds_.high || sp >= trusted_low_) return;
        trusted_low_ = sp - bounds_.low < red_zone ? bounds_.low : sp - red_zone;
    }

    bool read(std::uint64_t address, std::uint64_t& value) {
        if (!is_trusted(address)) return capture::read(address, value, pages_);
        __builtin_memcpy(&value, reinterpret_cast<const void*>(address), sizeof value);
        return true;
    }

    // Whether the word at `address` can be read without a probe.
    bool is_trusted(std::uint64_t address) const {
        return address >= trusted_low_ && address < bounds_.high && bounds_.high - address >= sizeof(std::uint64_t);
    }

    // Whether `cfa` can be where the frame that runs at `sp` began.
    bool is_plausible_cfa(std::uint64_t cfa, std::uint64_t sp) const {
        return cfa > sp && cfa % 8 == 0 && (is_on_stack(sp) ? cfa <= bounds_.high : cfa - sp <= max_frame_bytes);
    }

    bool is_on_stack(std::uint64_t sp) const { return sp >= bounds_.low && sp < bounds_.high; }
    // One past the memory of the outermost frame, which runs at `sp`.
    std::uint64_t end_of(std::uint64_t sp) const { return is_on_stack(sp) ? bounds_.high : sp + 8; }

private:
    static constexpr std::uint64_t max_frame_bytes = 64ULL << 20;  // where the stack's end is unknown

    StackBounds bounds_;
    std::uint64_t trusted_low_ = ~0ULL;
    PageCache pages_;
};

}  // namespace pyprof::capture
