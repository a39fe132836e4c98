#pragma once
// Memory that a sample will need, asked for all at once. A program that works fills the caches between two samples, and
// a timer's interrupt leaves few address translations behind: what the handler touches, code as much as data, is then
// in memory or in the last cache, and each piece that is waited for by itself costs some hundred cycles. The processor
// fetches twenty and more at a time if it is told of them.
//
// Async-signal-safe; nothing of the program is touched, only asked for, and an address that is gone does no harm.
#include "agent/capture/thread_state.h"

namespace pyprof::capture {

// The caches are the program's again. ticks() after the last sample; about 40 us.
inline constexpr std::uint64_t cold_after_ticks = 100'000;

// What the last sample of the thread touched. For whoever is inside its state; the recording must be open.
void expect_sample(const ThreadState& thread);

}  // namespace pyprof::capture
