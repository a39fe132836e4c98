#include <atomic>
#include <memory>
#include <signal.h>

#include "agent/capture/process_state.h"
#include "agent/capture/syscalls.h"
#include "agent/preload/engine.h"
#include "tests/agent/preload/phase_count.h"
#include "tests/support/catch.h"

using namespace pyprof;
using capture::process;
using preload::cpu_engine;

TEST_CASE("the engine cpu charges the CPU time that its thread uses") {
    process.period_ns = 2'000'000;
    tests::PhaseCount count{cpu_engine, true};
    const std::uint64_t used = count.burn(500);
    // Late by one tick of the kernel (10 ms at most), and one period for the moment within it.
    CHECK(count.charged() * process.period_ns <= used + process.period_ns);
    CHECK(count.charged() * process.period_ns + 10'000'000 + process.period_ns >= used);
    CHECK(count.signals() > 0);
    CHECK(count.signals() <= count.charged());
}

TEST_CASE("a disarmed thread gets no signals, and can be armed again") {
    process.period_ns = 1'000'000;
    tests::PhaseCount count{cpu_engine, true};
    count.disarm();
    const std::uint64_t before = count.signals();
    count.burn(50);
    CHECK(count.signals() == before);
    CHECK(count.arm());
    count.burn(50);
    CHECK(count.signals() > before);
}
