#pragma once
// The engines (agent/capture/engine.h), the choice among them, and what they share.
#include <optional>

#include "agent/capture/engine.h"
#include "agent/capture/thread_state.h"

namespace pyprof::preload {

extern const capture::Engine cpu_engine;     // CPU timers of the kernel
extern const capture::Engine perf_engine;    // performance events of the kernel
extern const capture::Engine tgkill_engine;  // a thread of the agent

// The kernel's; libc's SIGRTMIN keeps some for itself. The signal of engines is a standard one where it can be: those
// need no room in the queue of pending signals, and never become another signal.
inline constexpr int first_real_time_signal = 32;

struct EngineChoice {
    const capture::Engine* engine = &cpu_engine;
    const capture::Engine* fallback = nullptr;  // for threads that it is refused for
    std::uint32_t rate_hz = 0;
    // Why it is not the one that was wished for or would serve the rate better; else nullptr. A clause.
    const char* reason = nullptr;
};

// `rate_hz` 0: the engine's default. `ticks_per_second`: how often the kernel looks at CPU timers, 0 if unknown.
// Needs process.signal. Outside handlers.
EngineChoice choose_engine(std::optional<wire::Engine> wish, std::uint32_t rate_hz, std::uint32_t ticks_per_second);

// Why this process cannot have performance events, a clause; nullptr if it can. Tries it.
const char* why_no_perf();

// What follows is async-signal-safe.

// The shortest phase where a new one costs next to nothing: as many samples, short against any figure in a report.
inline constexpr std::uint32_t shortest_phase = 8;

// True after each run of `shortest` to three times as many samples.
bool phase_ends(capture::Arming& arming, std::uint32_t shortest = shortest_phase);

// For engines that charge by the thread's clock. A sample `moment_ns` after `from_ns` will stand for one period.
void begin_periods(capture::Arming& arming, std::uint64_t from_ns, std::uint64_t moment_ns);
// The periods up to `cpu_ns` that are not charged yet, charged now. A part of a period counts as a whole one or none,
// at random with that part as its chance, so that no moment of a period is favoured; what was rounded is made up for
// later. The dice are thrown once in a phase.
std::uint64_t take_periods(capture::Arming& arming, std::uint64_t cpu_ns, std::uint32_t shortest = shortest_phase);
// A sixty-fourth to a sixteenth more or less than a period: samples that come in such intervals wander through the
// whole period in 16 to 64 of them.
std::uint64_t wandering_interval(capture::Random& random);

}  // namespace pyprof::preload
