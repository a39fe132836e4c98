#pragma once
// The native stack of the interrupted thread, leaf first. Async-signal-safe: no heap, no locks, no system call while
// the walk stays on the thread's own stack, every loop bounded. Tiers: row of the previous walk, row cache, one decoded
// entry, exact decoder, stack scan. About 10 ns a frame when hot.
//
// Set up once by native_code.set_up; at dlopen, dlclose, fork and for a new recording tell native_code.modules.
#include <cstdint>

#include "agent/capture/native_stack.h"
#include "agent/capture/registers.h"
#include "agent/capture/row.h"

namespace pyprof::capture {

// What a thread remembers of its last walk: most frames of the next one have the same pc at the same sp, and a row
// depends on pc alone. Per thread, zero bits at first, used by one walk at a time.
struct WalkMemo {
    static constexpr std::uint32_t max_frames = 256;  // deeper ones are looked up again
    struct Frame {
        std::uint64_t pc;  // lookup address
        std::uint64_t sp;
        Row row;
    };
    std::uint32_t generation;
    std::uint32_t current;  // which half the last walk filled
    std::uint32_t count;
    Frame frames[2][max_frames];
};

// `registers` as the signal interrupted them. `stack` is the thread's own stack; a walk that starts or continues
// elsewhere (a fibre, an alternate signal stack) probes what it reads. Writes all of `out` but the unused frames; at
// least the leaf is there.
//
// The sp of frames increases strictly: where a signal handler on an alternate stack above the interrupted one breaks
// that, the walk ends as `stopped`.
void walk_native(const Registers& registers, StackBounds stack, WalkMemo& memo, NativeStack& out);

}  // namespace pyprof::capture
