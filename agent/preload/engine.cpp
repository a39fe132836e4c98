#include "agent/preload/engine.h"

#include "agent/capture/process_state.h"

namespace pyprof::preload {
namespace {

using capture::process;

constexpr std::uint32_t default_rate_hz = 199;

std::uint32_t default_rate(const capture::Engine& engine, std::uint32_t ticks_per_second) {
    const bool slow_ticks = ticks_per_second > 1 && ticks_per_second <= default_rate_hz;
    return &engine == &cpu_engine && slow_ticks ? ticks_per_second - 1 : default_rate_hz;
}

const capture::Engine& best_engine(std::uint32_t rate_hz, std::uint32_t ticks_per_second) {
    return rate_hz == 0 || ticks_per_second == 0 || rate_hz < ticks_per_second ? cpu_engine : perf_engine;
}

const capture::Engine& engine_of(wire::Engine kind) {
    switch (kind) {
        case wire::Engine::perf:
            return perf_engine;
        case wire::Engine::tgkill:
            return tgkill_engine;
        case wire::Engine::cpu:
            break;
    }
    return cpu_engine;
}

}  // namespace

EngineChoice choose_engine(std::optional<wire::Engine> wish, std::uint32_t rate_hz, std::uint32_t ticks_per_second) {
    EngineChoice choice;
    choice.engine = wish ? &engine_of(*wish) : &best_engine(rate_hz, ticks_per_second);
    if (choice.engine == &perf_engine) choice.reason = why_no_perf();
    if (choice.reason != nullptr) choice.engine = &cpu_engine;
    if (choice.engine != &cpu_engine)
        choice.fallback = &cpu_engine;
    else if (choice.reason == nullptr)
        choice.fallback = &perf_engine;
    choice.rate_hz = rate_hz != 0 ? rate_hz : default_rate(*choice.engine, ticks_per_second);
    return choice;
}

[[gnu::hot]] bool phase_ends(capture::Arming& arming, std::uint32_t shortest) {
    const bool begun = arming.samples_to_change != 0;
    if (begun && --arming.samples_to_change != 0) return false;
    arming.samples_to_change = shortest + static_cast<std::uint32_t>(arming.random.below(2 * shortest + 1));
    return begun;
}

void begin_periods(capture::Arming& arming, std::uint64_t from_ns, std::uint64_t moment_ns) {
    arming.charged_to_ns =
        static_cast<std::int64_t>(from_ns + moment_ns) - static_cast<std::int64_t>(process.period_ns);
    arming.rounding_ns = arming.random.below(process.period_ns);
}

[[gnu::hot]] std::uint64_t take_periods(capture::Arming& arming, std::uint64_t cpu_ns, std::uint32_t shortest) {
    const auto period = static_cast<std::int64_t>(process.period_ns);
    const auto rounding = static_cast<std::int64_t>(arming.rounding_ns);
    const std::int64_t open = static_cast<std::int64_t>(cpu_ns) - arming.charged_to_ns + rounding;
    arming.new_phase = phase_ends(arming, shortest);
    if (arming.new_phase) arming.rounding_ns = arming.random.below(process.period_ns);
    if (open < period) return 0;
    arming.charged_to_ns += open / period * period;
    return static_cast<std::uint64_t>(open / period);
}

std::uint64_t wandering_interval(capture::Random& random) {
    const std::uint64_t period_ns = process.period_ns;
    const std::uint64_t apart_ns = period_ns / 64 + random.below(period_ns * 3 / 64);
    return random.below(2) == 0 ? period_ns - apart_ns : period_ns + apart_ns;
}

}  // namespace pyprof::preload
