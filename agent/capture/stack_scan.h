#pragma once
// Where code has no unwind information – hand-written assembler, JIT code – the caller is looked for on the stack: the
// first word that can only be a return address. A frame found so is a guess and says so. While another thread unloads
// an object, nothing is guessed (unloading.h). Async-signal-safe.
#include <cstdint>

#include "agent/capture/native_code.h"
#include "agent/capture/remembered_walk.h"
#include "agent/capture/stack_memory.h"

namespace pyprof::capture {

inline constexpr std::uint32_t max_scanned_words = 4096;  // kernels of linear algebra keep buffers of up to 20 KiB

// For all scans of one walk together: a stack that leads into other memory could otherwise be scanned at every frame.
inline constexpr std::uint32_t max_scanned_words_of_walk = 2 * max_scanned_words;

struct GuessedCaller {
    std::uint64_t pc;  // a return address
    std::uint64_t sp;
    std::uint64_t bp;
    bool is_sound = true;
};

// Whether the bytes before `end`, at most `count` of them readable, end with a call instruction (direct, or indirect
// in any of its addressing modes).
bool ends_with_call(const unsigned char* end, std::uint64_t count);

// Whether `value` lies in the code of a loaded object, right after a call, in a function with unwind information.
bool is_return_address(NativeCode& code, std::uint32_t generation, std::uint64_t value);

// The frame whose caller is looked for.
struct ScannedFrame {
    NativeCode& code;
    std::uint32_t generation;
    NearRows& near_rows;
    std::uint64_t sp;
    bool has_unwind_information;  // which led nowhere
    const Registers* registers;   // of a leaf; null for others
    std::uint32_t& words_left;    // of max_scanned_words_of_walk
    std::uint64_t rejected = 0;   // a word found before, whose callers led nowhere: the search goes on behind it
    const RememberedWalk* last_walk = nullptr;  // in which most callers were followed already
};

// The word at `sp` itself, if it is a sound return address: a function that has not begun, or a call that went nowhere.
bool return_at_top(const ScannedFrame& frame, StackMemory& memory, GuessedCaller& caller);

// The nearest word from `sp` upwards, at most max_scanned_words away, that passes is_return_address and is sound: its
// frame's callers can be followed, and, where the scanned frame has no unwind information, it did not call a function
// that has. A leaf's registers tell where to look on if nothing is near. If nothing is sound, the first that passes
// is_return_address, unless one was rejected; `caller.is_sound` tells. `caller.bp` stays what it was. A walk that has
// no words left finds nothing.
bool scan_for_caller(const ScannedFrame& frame, StackMemory& memory, GuessedCaller& caller);

// The caller of JIT code in other JIT code, for a frame whose lookup address is `pc`: the nearest word that follows a
// call there which does not say that it went elsewhere. Nothing where a sound return address into an object is nearer.
bool scan_for_jit_caller(const ScannedFrame& frame, std::uint64_t pc, StackMemory& memory, GuessedCaller& caller);

// The caller by the frame pointer, for code outside every loaded object: CPython's JIT and many others keep one.
// Its return address must pass is_return_address, or follow a call in other code outside every object.
bool follow_frame_pointer(NativeCode& code, std::uint32_t generation, StackMemory& memory, std::uint64_t sp,
                          GuessedCaller& caller);

}  // namespace pyprof::capture
