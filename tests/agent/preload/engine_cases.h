#pragma once
// What holds for every engine.
#include <cmath>

#include "agent/capture/process_state.h"
#include "agent/preload/engine.h"
#include "tests/agent/preload/phase_count.h"
#include "tests/support/catch.h"

namespace pyprof::tests {

// Charged periods add up to the CPU time, signals may come `late_ns` late; and a program whose halves repeat exactly
// with the period is seen in both, as random moments would see it: as many as there were phases, each of about 16
// samples.
inline void check_charges(const capture::Engine& engine, std::uint64_t period_ns, std::uint64_t periods,
                          std::uint64_t late_ns) {
    capture::process.period_ns = period_ns;
    PhaseCount count{engine};
    const std::uint64_t used_ns = count.burn_to_signal(periods);
    count.disarm();
    CHECK(count.charged() * period_ns <= used_ns + 2 * period_ns);
    CHECK(count.charged() * period_ns + late_ns + 2 * period_ns >= used_ns);
    CHECK(count.signals() <= count.charged());
    const double draws = static_cast<double>(count.signals()) / 16;
    const double share = static_cast<double>(count.charged_in_first_half()) / static_cast<double>(count.charged());
    INFO("share of the first half " << share << " in " << count.signals() << " signals");
    CHECK(std::abs(share - 0.5) < 4.5 * std::sqrt(0.25 / draws));
}

inline void check_stop_and_start(const capture::Engine& engine, std::uint64_t period_ns) {
    capture::process.period_ns = period_ns;
    PhaseCount count{engine};
    count.disarm();
    count.disarm();
    const std::uint64_t before = count.signals();
    count.burn(20);
    CHECK(count.signals() == before);
    CHECK(count.arm());
    count.burn(30);
    CHECK(count.signals() > before);
}

}  // namespace pyprof::tests
