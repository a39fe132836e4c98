#include "agent/preload/engine.h"

#include <cmath>

#include "agent/capture/process_state.h"
#include "tests/support/catch.h"

using namespace pyprof;

TEST_CASE("random numbers fill their range evenly") {
    capture::Random random;
    random.seed(4711);
    constexpr int draws = 16'000;
    int counts[16] = {};
    for (int i = 0; i < draws; ++i) {
        const std::uint64_t value = random.below(16'000'000);
        REQUIRE(value < 16'000'000);
        ++counts[value / 1'000'000];
    }
    for (const int count : counts) CHECK(std::abs(count - draws / 16) < 5 * std::sqrt(draws / 16.0));
}

TEST_CASE("engines are chosen by wish, else by rate") {
    capture::process.signal = 16;
    using preload::choose_engine;
    CHECK(choose_engine({}, 0, 250).engine == &preload::cpu_engine);
    CHECK(choose_engine({}, 0, 250).rate_hz == 199);
    CHECK(choose_engine({}, 0, 100).rate_hz == 99);
    CHECK(choose_engine({}, 249, 250).engine == &preload::cpu_engine);
    CHECK(choose_engine({}, 249, 250).reason == nullptr);
    CHECK(choose_engine(wire::Engine::tgkill, 0, 100).engine == &preload::tgkill_engine);
    CHECK(choose_engine(wire::Engine::tgkill, 0, 100).rate_hz == 199);
    CHECK(choose_engine(wire::Engine::cpu, 4000, 250).engine == &preload::cpu_engine);
    const bool has_perf = preload::why_no_perf() == nullptr;
    const preload::EngineChoice fast = choose_engine({}, 1000, 250);
    CHECK(fast.engine == (has_perf ? &preload::perf_engine : &preload::cpu_engine));
    CHECK((fast.reason == nullptr) == has_perf);
    CHECK(fast.rate_hz == 1000);
}

TEST_CASE("where the program uses SIGSTKFLT there is no engine perf") {
    capture::process.signal = 58;
    const preload::EngineChoice choice = preload::choose_engine(wire::Engine::perf, 0, 250);
    CHECK(choice.engine == &preload::cpu_engine);
    CHECK(choice.reason != nullptr);
}

TEST_CASE("a phase lasts as many samples as its engine wants, up to three times as many") {
    const std::uint32_t shortest = GENERATE(8U, 100U);
    capture::Arming arming;
    arming.random.seed(1);
    CHECK_FALSE(preload::phase_ends(arming, shortest));
    std::uint32_t length = 0, phases = 0;
    constexpr std::uint32_t samples = 100'000;
    for (std::uint32_t sample = 0; sample < samples; ++sample) {
        ++length;
        if (!preload::phase_ends(arming, shortest)) continue;
        if (length < shortest || length > 3 * shortest) FAIL("a phase of " << length << " samples");
        length = 0;
        ++phases;
    }
    CHECK(phases > samples / (3 * shortest));
    CHECK(phases < samples / shortest);
}

TEST_CASE("an interval is never a period, and the period on average") {
    capture::process.period_ns = 1'000'000;
    capture::Random random;
    random.seed(1);
    constexpr int intervals = 10'000;
    double sum = 0;
    for (int i = 0; i < intervals; ++i) {
        const auto apart = static_cast<double>(preload::wandering_interval(random)) - 1e6;
        CHECK(std::abs(apart) >= 1e6 / 64);
        CHECK(std::abs(apart) <= 1e6 / 16);
        sum += apart;
    }
    // Uniform from 1/64 to 4/64 on either side: the mean square is 7/64².
    CHECK(std::abs(sum / intervals) < 4.5 * 1e6 * std::sqrt(7.0) / 64 / std::sqrt(intervals));
}
