#pragma once
// One thread, the calling one, under one engine: what is charged, and in which part of its period the signals come.
#include <signal.h>

#include "agent/capture/process_state.h"
#include "agent/capture/syscalls.h"
#include "agent/preload/engine.h"

namespace pyprof::tests {

class PhaseCount {
public:
    // Arms the calling thread. Periods are process.period_ns. One object at a time.
    explicit PhaseCount(const capture::Engine& engine);
    ~PhaseCount();
    PhaseCount(const PhaseCount&) = delete;
    PhaseCount& operator=(const PhaseCount&) = delete;

    bool arm();
    void disarm();
    // Uses CPU time for so many periods; gives what was used since the thread was first armed, in nanoseconds.
    std::uint64_t burn(std::uint64_t periods);
    // The same, and on until the next signal comes (on busy cores ticks may not find the thread for a while), for as
    // long again at most.
    std::uint64_t burn_to_signal(std::uint64_t periods);

    std::uint64_t signals() const;
    std::uint64_t charged() const;  // periods
    // Weight of the signals that came in the first half of their period, seen from where the thread was first armed.
    std::uint64_t charged_in_first_half() const;
};

}  // namespace pyprof::tests
