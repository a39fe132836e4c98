#pragma once
// What a function still does before it returns, read from its machine code: where code has no unwind information, that
// tells where its caller's return address lies, if nothing but the stack pointer's way up stands between the call that
// it waits for and its own return. CPython's trampolines for `perf` are such code (Python/asm_trampoline.S).
// Async-signal-safe, no memory but its argument. Instructions: Intel's manual, volume 2.
#include <cstddef>
#include <cstdint>

namespace pyprof::capture {

inline constexpr std::size_t longest_epilogue = 16;  // bytes

struct Epilogue {
    bool is_known = false;
    bool restores_bp = false;
    std::uint32_t return_offset = 0;  // from the stack pointer now to the return address
    std::uint32_t bp_offset = 0;      // … to the caller's rbp
};

// The epilogue that begins at `code`; not known if another instruction comes before the `ret`.
inline Epilogue read_epilogue(const unsigned char (&code)[longest_epilogue]) {
    constexpr unsigned char pop_first = 0x58, pop_last = 0x5f, pop_rbp = 0x5d, more_registers = 0x41, ret = 0xc3;
    Epilogue epilogue;
    for (std::size_t at = 0; at + 4 <= longest_epilogue;) {
        if (code[at] == ret) {
            epilogue.is_known = true;
            return epilogue;
        }
        const bool has_prefix = code[at] == more_registers;
        const unsigned char operation = code[at + (has_prefix ? 1 : 0)];
        if (operation >= pop_first && operation <= pop_last) {
            if (operation == pop_rbp && !has_prefix) {
                epilogue.restores_bp = true;
                epilogue.bp_offset = epilogue.return_offset;
            }
            epilogue.return_offset += 8;
            at += has_prefix ? 2 : 1;
        } else if (code[at] == 0x48 && code[at + 1] == 0x83 && code[at + 2] == 0xc4 && code[at + 3] < 0x80) {
            epilogue.return_offset += code[at + 3];  // add $N,%rsp
            at += 4;
        } else {
            break;
        }
    }
    return {};
}

}  // namespace pyprof::capture
