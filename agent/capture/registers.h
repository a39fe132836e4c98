#pragma once
// The registers a walk starts from. x86-64; another architecture is a sibling of this file.
#include <cstdint>
#include <ucontext.h>

namespace pyprof::capture {

struct Registers {
    static constexpr std::uint32_t count =
        17;  // DWARF numbering: 0 rax 1 rdx 2 rcx 3 rbx 4 rsi 5 rdi 6 rbp 7 rsp 8-15 r8-r15 16 rip
    std::uint64_t value[count];

    std::uint64_t ip() const { return value[16]; }
    std::uint64_t sp() const { return value[7]; }
    std::uint64_t bp() const { return value[6]; }

    static Registers from(const ucontext_t& context) {
        const greg_t* g = context.uc_mcontext.gregs;
        constexpr int order[count] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP, REG_R8,
                                      REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
        Registers registers;
        for (std::uint32_t i = 0; i < count; ++i) registers.value[i] = static_cast<std::uint64_t>(g[order[i]]);
        return registers;
    }
};

// The memory a stack occupies: [low, high). Reads below sp or at or above high are never done.
struct StackBounds {
    std::uint64_t low;
    std::uint64_t high;
};

}  // namespace pyprof::capture
