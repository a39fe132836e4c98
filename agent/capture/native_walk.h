#pragma once
// The native stack of the interrupted thread, leaf first. Async-signal-safe: no heap, no locks, no system call while
// the walk stays on the thread's own stack, every loop bounded. Tiers: frame of the previous walk, row cache, one
// decoded entry, exact decoder, stack scan. About 3 ns a frame when hot and remembered.
//
// Set up once by native_code.set_up; at dlopen, dlclose, fork and for a new recording tell native_code.modules.
#include <cstdint>

#include "agent/capture/memory.h"
#include "agent/capture/native_stack.h"
#include "agent/capture/registers.h"
#include "agent/capture/row.h"
#include "agent/capture/row_cache.h"

namespace pyprof::capture {

// What a thread remembers of its last walk: nearly all frames of the next one are where they were. A remembered frame
// needs no unwinding: if its registers are the same, so are the places of its return address and of its caller's rbp,
// and one look at these two words tells whether the next frame is the remembered one too. Per thread, zero bits at
// first, used by one walk at a time, always with the same NativeStack, whose frames it describes.
struct WalkMemo {
    static constexpr std::uint32_t max_fresh = 64;
    static constexpr std::uint64_t unchanged = 0, not_plain = 1;
    struct Link {
        std::uint64_t bp;  // rbp in this frame
        std::uint64_t
            saved_bp;  // where the caller's rbp is saved; `unchanged`: it is this frame's; `not_plain`: unwind
        Row row;
    };
    const NativeStack* stack;  // whose frames they are
    StackBounds bounds;
    std::uint32_t generation;
    std::uint32_t count;
    bool is_sound;  // each caller was found by unwind information, or by a scan that could follow it
    NearRows rows;
    Link links[max_native_frames];
    // Frames found before the first remembered one is met, which tells where they belong.
    NativeFrame fresh_frames[max_fresh];
    Link fresh_links[max_fresh];
};

// `registers` as the signal interrupted them. `stack` is the thread's own stack; a walk that starts or continues
// elsewhere (a fibre, an alternate signal stack) probes what it reads. Writes all of `out` but the unused frames; at
// least the leaf is there. Nobody else writes to `out` between two walks with the same memo.
//
// The sp of frames increases strictly: where a signal handler on an alternate stack above the interrupted one breaks
// that, the walk ends as `stopped`.
//
// With `copies`, of another thread than the caller's: only `stack` surely stays while it is read.
void walk_native(const Registers& registers, StackBounds stack, WalkMemo& memo, NativeStack& out,
                 PageCopies* copies = nullptr);

}  // namespace pyprof::capture
