#pragma once
// The exact way out of a frame: all sixteen registers and DWARF expressions. For the frames that no Row expresses –
// prologues that realign the stack, the lazy binder, signal frames – a few in ten thousand.
// Async-signal-safe; memory is read through StackMemory; every loop is bounded.
// Source: DWARF 5, sections 2.5 (expressions) and 6.4.3 (use of the rules).
#include <cstdint>

#include "agent/capture/cfi.h"
#include "agent/capture/stack_memory.h"

namespace pyprof::capture {

// The registers of one frame, as far as they are known.
struct FrameRegisters {
    static constexpr std::uint32_t all = (1U << Registers::count) - 1;
    Registers registers;
    std::uint32_t known = 0;  // bit per register

    bool knows(std::uint64_t column) const { return column < Registers::count && (known >> column & 1) != 0; }
    void set(std::uint32_t column, std::uint64_t value) {
        registers.value[column] = value;
        known |= 1U << column;
    }
};

enum class ExactStep : std::uint8_t { stepped, bottom, failed };

// From a frame's registers to its caller's. `caller` is only meaningful after `stepped`.
ExactStep step_exactly(const FrameRules& rules, const FrameRegisters& frame, StackMemory& memory,
                       FrameRegisters& caller);

// The value of an expression on `frame`; `initial` is pushed first if it is not null. False if it reads what is not
// known or cannot be read, or uses an operation that call frame information may not contain.
bool evaluate(const Expression& expression, const FrameRegisters& frame, StackMemory& memory,
              const std::uint64_t* initial, std::uint64_t& value);

}  // namespace pyprof::capture
