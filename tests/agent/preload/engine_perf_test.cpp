#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/agent/preload/engine_cases.h"

using namespace pyprof;
using capture::process;
using preload::perf_engine;

namespace {

constexpr std::uint64_t millisecond = 1'000'000;

// True, and said by name, where the machine refuses performance events.
bool skipped() {
    process.signal = SIGSTKFLT;
    const char* reason = preload::why_no_perf();
    if (reason != nullptr) WARN("skipped, no performance events: " << reason);
    return reason != nullptr;
}

std::size_t descriptors() {
    std::size_t number = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) ++number;
    return number;
}

}  // namespace

TEST_CASE("the engine perf charges what is used, at moments of no preference") {
    if (skipped()) return;
    tests::check_charges(perf_engine, millisecond, 3000, millisecond);
}

TEST_CASE("the engine perf delivers every signal at a high rate") {
    if (skipped()) return;
    process.period_ns = millisecond / 4;
    tests::PhaseCount count{perf_engine};
    count.burn(2000);
    count.disarm();
    // But for parts of periods that are rounded off and the time that the machine itself takes for interrupts.
    CHECK(count.signals() > 0.7 * static_cast<double>(count.charged()));
}

TEST_CASE("the engine perf stops and starts") {
    if (skipped()) return;
    tests::check_stop_and_start(perf_engine, 2 * millisecond);
}

TEST_CASE("events take no descriptor and go on without any") {
    if (skipped()) return;
    process.period_ns = millisecond;
    const std::size_t before = descriptors();
    tests::PhaseCount count{perf_engine};
    CHECK(descriptors() == before);
    const rlimit old = capture::sys::limit(RLIMIT_NOFILE);
    const rlimit none{0, old.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    CHECK(preload::why_no_perf() == std::string{"there are no more file descriptors"});
    const std::uint64_t seen = count.signals();
    count.burn(300);
    setrlimit(RLIMIT_NOFILE, &old);
    CHECK(count.signals() > seen + 100);
}

TEST_CASE("events need no room for pending signals, and a blocked signal is harmless") {
    if (skipped()) return;
    process.period_ns = millisecond;
    const pid_t child = fork();  // the limit cannot be raised again
    if (child == 0) {
        const rlimit none{0, 0};
        setrlimit(RLIMIT_SIGPENDING, &none);
        tests::PhaseCount count{perf_engine};
        capture::sys::mask_signal(SIG_BLOCK, process.signal);
        count.burn(200);
        const bool held = count.signals() == 0;
        capture::sys::mask_signal(SIG_UNBLOCK, process.signal);
        count.burn(100);
        _exit(held && count.signals() > 50 && count.charged() > 280 ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK(status == 0);
}
