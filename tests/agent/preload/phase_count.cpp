#include "tests/agent/preload/phase_count.h"

#include <atomic>

#include "agent/capture/thread_state.h"
#include "agent/preload/sampler.h"

namespace pyprof::tests {
namespace {

using capture::process;

capture::ThreadState state;
const capture::Engine* engine_in_use;
std::uint64_t origin_ns;
std::atomic<std::uint64_t> signal_count, charged_periods, in_first_half;

std::uint64_t cpu_now() { return capture::sys::now(CLOCK_THREAD_CPUTIME_ID); }

void on_signal(int, siginfo_t* info, void*) {
    preload::samplers_come_back();
    const std::uint64_t periods = engine_in_use->periods(state, *info);
    if (periods == 0) return;
    signal_count += 1;
    charged_periods += periods;
    const std::uint64_t moment = (cpu_now() - origin_ns) % process.period_ns;
    if (moment < process.period_ns / 2) in_first_half += periods;
    engine_in_use->change_phase(state);
}

}  // namespace

PhaseCount::PhaseCount(const capture::Engine& engine) {
    engine_in_use = &engine;
    process.pid = capture::sys::get_pid();
    signal_count = charged_periods = in_first_half = 0;
    process.signal = SIGSTKFLT;
    struct sigaction action {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigaction(process.signal, &action, nullptr);
    state.begin(capture::sys::get_tid());
    origin_ns = cpu_now();
    arm();
}

PhaseCount::~PhaseCount() {
    disarm();
    signal(process.signal, SIG_IGN);
}

bool PhaseCount::arm() {
    state.arming.random.seed(capture::ticks());
    state.arming.engine.store(engine_in_use);
    return engine_in_use->arm(state, cpu_now());
}

void PhaseCount::disarm() { engine_in_use->disarm(state); }

std::uint64_t PhaseCount::burn(std::uint64_t periods) {
    const std::uint64_t end = cpu_now() + periods * process.period_ns;
    // Mostly outside the kernel, where `perf` does not look.
    do {
        for (int i = 0; i < 50'000; ++i) __asm__ volatile("");
    } while (cpu_now() < end);
    return cpu_now() - origin_ns;
}

std::uint64_t PhaseCount::burn_to_signal(std::uint64_t periods) {
    std::uint64_t used_ns = burn(periods);
    const std::uint64_t before = signal_count, longest_ns = 2 * used_ns;
    while (signal_count == before && used_ns < longest_ns) used_ns = burn(0);
    return used_ns;
}

std::uint64_t PhaseCount::signals() const { return signal_count; }
std::uint64_t PhaseCount::charged() const { return charged_periods; }
std::uint64_t PhaseCount::charged_in_first_half() const { return in_first_half; }

}  // namespace pyprof::tests
