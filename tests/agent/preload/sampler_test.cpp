#include "agent/preload/sampler.h"

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <time.h>
#include <unistd.h>

#include "agent/capture/figures.h"
#include "agent/capture/process_state.h"
#include "agent/capture/syscalls.h"
#include "tests/support/catch.h"

using namespace pyprof;
using preload::Sampler;

namespace {

constexpr std::uint64_t millisecond = 1'000'000;

Sampler sampler{0};
std::atomic<std::uint64_t> ticks{0}, first_ns{0}, last_ns{0};

void count(std::uint64_t now_ns) {
    if (ticks++ == 0) first_ns = now_ns;
    last_ns = now_ns;
}

void wait_for_ticks(std::uint64_t number) {
    while (ticks.load() < number) usleep(1000);
}

std::size_t tasks() {
    std::size_t number = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator{"/proc/self/task"}) ++number;
    return number;
}

std::string line_of_own_thread(const std::string& file, const std::string& begin) {
    std::ifstream in{"/proc/self/task/" + std::to_string(capture::process.own_threads[0].load()) + "/" + file};
    std::string line;
    while (std::getline(in, line) && line.compare(0, begin.size(), begin) != 0) {
    }
    return line;
}

}  // namespace

TEST_CASE("a sampler ticks about once a period and is gone after stop") {
    ticks = 0;
    const std::size_t before = tasks();
    REQUIRE(sampler.start(2 * millisecond, count));
    CHECK(sampler.start(2 * millisecond, count));
    wait_for_ticks(100);
    CHECK(tasks() == before + 1);
    sampler.stop();
    CHECK(tasks() == before);
    CHECK_FALSE(sampler.runs());
    const std::uint64_t seen = ticks;
    // At most a sixteenth more than periods; less where the machine is busy.
    CHECK(seen <= (last_ns - first_ns) * 16 / (30 * millisecond) + 2);
    usleep(20'000);
    CHECK(ticks == seen);
    sampler.stop();
}

TEST_CASE("the sampler's thread has a name, no signals and no descriptors") {
    ticks = 0;
    REQUIRE(sampler.start(millisecond, count));
    wait_for_ticks(1);
    CHECK(line_of_own_thread("comm", "") == "pyprof");
    const auto own = std::to_string(capture::process.own_threads[0].load());
    CHECK(std::filesystem::is_empty("/proc/self/task/" + own + "/fd"));
    CHECK(line_of_own_thread("status", "SigBlk:") == "SigBlk:\tfffffffffffbfeff");  // all but SIGKILL and SIGSTOP
    sampler.stop();
}

TEST_CASE("the CPU time of samplers is told apart from the program's") {
    const std::uint64_t program = capture::program_cpu_ns();
    const std::uint64_t own = capture::own_cpu_ns();
    ticks = 0;
    REQUIRE(sampler.start(millisecond, [](std::uint64_t) {
        const std::uint64_t end = capture::sys::now(CLOCK_THREAD_CPUTIME_ID) + 5 * millisecond;
        while (capture::sys::now(CLOCK_THREAD_CPUTIME_ID) < end) {
        }
        ++ticks;
    }));
    wait_for_ticks(20);
    sampler.stop();
    CHECK(capture::own_cpu_ns() - own >= 100 * millisecond);
    CHECK(capture::program_cpu_ns() - program < 80 * millisecond);
}

TEST_CASE("a sampler does not come back between the call to fork and the fork") {
    ticks = 0;
    REQUIRE(sampler.start(millisecond, count));
    preload::pause_samplers();
    preload::samplers_after_fork(false);
    preload::pause_samplers();  // the next fork begins, and this sampler is still away from the last
    usleep(60'000);
    preload::samplers_come_back();
    CHECK_FALSE(sampler.runs());
    preload::samplers_come_back_at_once();
    CHECK(sampler.runs());
    sampler.stop();
}

TEST_CASE("a sampler comes back once the thread that forked has gone on") {
    ticks = 0;
    REQUIRE(sampler.start(millisecond, count));
    preload::pause_samplers();
    preload::samplers_after_fork(false);
    preload::samplers_come_back();
    CHECK_FALSE(sampler.runs());
    timespec used{}, now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    do {
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    } while ((now.tv_sec - used.tv_sec) * 1'000'000'000 + now.tv_nsec - used.tv_nsec < 3'000'000);
    preload::samplers_come_back();
    CHECK(sampler.runs());
    sampler.stop();
}

TEST_CASE("a sampler is away while the program forks, and comes back in parent and child") {
    ticks = 0;
    REQUIRE(sampler.start(millisecond, count));
    wait_for_ticks(3);
    const std::size_t with_sampler = tasks();
    preload::pause_samplers();
    CHECK(tasks() == with_sampler - 1);
    const pid_t child = fork();
    preload::samplers_after_fork(child == 0);
    preload::samplers_come_back();  // too early
    const bool too_early = sampler.runs();
    usleep(60'000);
    preload::samplers_come_back();
    REQUIRE(sampler.runs());
    const std::uint64_t seen = ticks;
    wait_for_ticks(seen + 3);
    if (child == 0) _exit(too_early || tasks() != 2 ? 1 : 0);
    CHECK_FALSE(too_early);
    CHECK(tasks() == with_sampler);
    int status = -1;
    waitpid(child, &status, 0);
    CHECK(status == 0);
    sampler.stop();
}

TEST_CASE("a stopped sampler does not come back") {
    REQUIRE(sampler.start(millisecond, count));
    preload::pause_samplers();
    sampler.stop();
    preload::samplers_after_fork(false);
    usleep(10'000);
    preload::samplers_come_back();
    CHECK_FALSE(sampler.runs());
    REQUIRE(sampler.start(millisecond, count));
    sampler.stop();
}

TEST_CASE("samplers start and stop a thousand times") {
    for (int i = 0; i < 1000; ++i) {
        REQUIRE(sampler.start(100'000, count));
        sampler.stop();
    }
}
