#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/preload/sampler.h"
#include "tests/agent/preload/engine_cases.h"

using namespace pyprof;
using capture::process;
using preload::tgkill_engine;

namespace {
constexpr std::uint64_t millisecond = 1'000'000;
}

TEST_CASE("the engine tgkill charges what is used, at moments of no preference") {
    // Late by as much as the sampler's thread may wait for a core.
    tests::check_charges(tgkill_engine, millisecond, 3000, 100 * millisecond);
}

TEST_CASE("the engine tgkill stops and starts, with it its thread") {
    tests::check_stop_and_start(tgkill_engine, 2 * millisecond);
    CHECK(process.own_threads[0].load() == 0);
}

TEST_CASE("the engine tgkill needs no room for pending signals") {
    process.period_ns = millisecond;
    const pid_t child = fork();
    if (child == 0) {
        const rlimit none{0, 0};
        setrlimit(RLIMIT_SIGPENDING, &none);
        tests::PhaseCount count{tgkill_engine};
        count.burn(300);
        _exit(count.signals() > 50 ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK(status == 0);
}

TEST_CASE("after a fork a thread that works brings the sampler back") {
    process.period_ns = millisecond;
    tests::PhaseCount count{tgkill_engine};
    preload::pause_samplers();
    preload::samplers_after_fork(false);
    tgkill_engine.after_fork(false);
    CHECK(process.own_threads[0].load() == 0);
    count.burn(100);
    CHECK(process.own_threads[0].load() != 0);
    CHECK(count.charged() >= 80);
}
