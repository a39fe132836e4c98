#include "gather/process_facts.h"

#include <cmath>
#include <cstring>
#include <numeric>

#include "tests/support/catch.h"
#include "tests/support/recording_builder.h"

using namespace pyprof;
using namespace pyprof::gather;

namespace {

Process facts_of(test_support::RecordingBuilder& builder) { return process_facts(*wire::decode(builder.bytes())); }

Process with_slices(std::uint64_t width, std::vector<std::uint32_t> counts) {
    Process process;
    process.slices = {width, std::move(counts)};
    return process;
}

}  // namespace

TEST_CASE("the header's facts become those of the process") {
    test_support::RecordingBuilder builder;
    wire::RecordingHeader& header = builder.header();
    header.rank = 3;
    header.rank_count = 4;
    header.cpu_ns = 50'000'000;
    header.state = wire::ProcessState::exited;
    header.handler_ticks = 3'000;  // at 2 ticks per ns
    header.losses[2] = 9;
    header.clock = wire::Clock::wall;
    header.engine = wire::Engine::tgkill;
    header.agent_cpu_ns = 500;
    std::strcpy(header.engine_reason, "asked for");
    header.python_version = 0x030b02f0;
    const Process process = facts_of(builder);
    CHECK(process.rank == 3);
    CHECK(process.rank_count == 4);
    CHECK(process.host == "node1");
    CHECK(process.command == std::vector<std::string>{"python3", "app.py"});
    CHECK(process.wall_ns == 60'000'000);
    CHECK(process.cpu_ns == 50'000'000);
    CHECK(process.state == wire::ProcessState::exited);
    CHECK(process.clock == wire::Clock::wall);
    CHECK(process.engine == wire::Engine::tgkill);
    CHECK(process.engine_reason == "asked for");
    CHECK(process.handler_ns == 2'000);  // with what the agent's own threads used
    CHECK(process.losses.size() == wire::loss_slots);
    CHECK(process.losses[2] == 9);
    CHECK(process.python_message.empty());
    CHECK(process.slices.counts.empty());
}

TEST_CASE("lifetimes of threads are known where the clock is the wall's, from where they are watched") {
    test_support::RecordingBuilder builder;
    builder.header().last_ns = 1'000;
    builder.header().watched_from_ns = 300;
    builder.header().unrecorded_thread_ns = 5;
    for (const std::uint64_t ended : {0, 600, 200}) {  // lives, ended, ended before anybody watched
        wire::ThreadRecord& record = builder.thread_record(builder.thread(100));
        record.started_ns = 100;
        record.ended_ns = ended;
    }
    builder.thread_record(builder.thread(0)).started_ns = 100;  // of folded threads
    CHECK(facts_of(builder).thread_ns == 0);
    builder.header().clock = wire::Clock::wall;
    CHECK(facts_of(builder).thread_ns == 700 + 300 + 5);
}

TEST_CASE("facts that cannot be true do no harm") {
    test_support::RecordingBuilder builder;
    wire::RecordingHeader& header = builder.header();
    header.state = static_cast<wire::ProcessState>(77);
    header.clock = static_cast<wire::Clock>(77);
    header.engine = static_cast<wire::Engine>(77);
    header.last_ns = 0;
    header.ticks_per_ms = 0;
    header.slice_shift = 64;
    header.slices[0][0] = 1;
    header.handler_ticks = ~std::uint64_t{0};
    std::memset(header.command, 'x', sizeof header.command);
    const Process process = facts_of(builder);
    CHECK(process.state == wire::ProcessState::running);
    CHECK(process.clock == wire::Clock::cpu);
    CHECK(process.engine == wire::Engine::cpu);
    CHECK(process.wall_ns == 0);
    CHECK(process.handler_ns == 0);
    CHECK(process.handler_histogram.empty());
    CHECK(process.slices.counts.empty());
    CHECK(process.command.size() == 1);
}

TEST_CASE("Python frames that are off say why") {
    test_support::RecordingBuilder builder;
    builder.header().python_disabled = 1;
    SECTION("in the agent's words") {
        std::strcpy(builder.header().python_message, "unknown version");
        CHECK(facts_of(builder).python_message == "unknown version");
    }
    SECTION("or in ours") { CHECK(facts_of(builder).python_message == "Python frames are switched off"); }
}

TEST_CASE("slices end with the last one that has a sample") {
    test_support::RecordingBuilder builder;
    builder.header().slices[2][1] = 5;
    const Process process = facts_of(builder);
    CHECK(process.slices.width_ns == 1 << 20);
    CHECK(process.slices.counts == std::vector<std::uint32_t>{0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0});
}

TEST_CASE("handler durations in ticks become durations in nanoseconds") {
    std::uint64_t ticks[wire::handler_buckets] = {};
    for (std::uint32_t i = 0; i < wire::handler_buckets; ++i) ticks[i] = 1 + i;

    SECTION("which are the same at one tick per nanosecond") {
        CHECK(histogram_in_ns(ticks, 1'000'000) == std::vector<std::uint64_t>(std::begin(ticks), std::end(ticks)));
    }
    SECTION("four buckets lower at two ticks per nanosecond") {
        const auto ns = histogram_in_ns(ticks, 2'000'000);
        CHECK(ns[0] == 1 + 2 + 3 + 4 + 5);  // nothing is below the first
        for (std::uint32_t i = 1; i + 4 < wire::handler_buckets; ++i) CHECK(ns[i] == ticks[i + 4]);
    }
    SECTION("nearest to the middle of the bucket at any other frequency, with no count lost") {
        for (const std::uint64_t frequency : {1'000u, 900'000u, 2'600'000u, 3'999'999u, 4'000'000'000u}) {
            const auto ns = histogram_in_ns(ticks, frequency);
            CHECK(std::accumulate(ns.begin(), ns.end(), std::uint64_t{0}) ==
                  std::accumulate(std::begin(ticks), std::end(ticks), std::uint64_t{0}));
        }
        const auto ns = histogram_in_ns(ticks, 2'600'000);
        const double middle = std::exp2((80 + 0.5) / 4) / 2.6;
        const auto bucket = static_cast<std::size_t>(std::floor(4 * std::log2(middle)));
        CHECK(ns[bucket] >= ticks[80]);
    }
}

TEST_CASE("two recordings of a process, one after the other: counts and CPU time add up, extremes do not") {
    Process a, b;
    a.samples = 10;
    a.expiries = 12;
    a.cpu_ns = 100;
    a.wall_ns = 500;
    a.max_rss_bytes = 7;
    a.rank = -1;
    a.state = wire::ProcessState::running;
    a.losses = {1, 2};
    b.samples = 5;
    b.expiries = 5;
    b.cpu_ns = 150;
    b.wall_ns = 900;
    b.max_rss_bytes = 5;
    b.rank = 2;
    b.state = wire::ProcessState::exited;
    b.losses = {1, 2, 3};
    Process ab = a, ba = b;
    merge_process(ab, b);
    merge_process(ba, a);
    for (const Process& sum : {ab, ba}) {
        CHECK(sum.samples == 15);
        CHECK(sum.expiries == 17);
        CHECK(sum.cpu_ns == 250);
        CHECK(sum.wall_ns == 900);
        CHECK(sum.max_rss_bytes == 7);
        CHECK(sum.rank == 2);
        CHECK(sum.state == wire::ProcessState::exited);  // of the later one
        CHECK(sum.losses == std::vector<std::uint64_t>{2, 4, 3});
    }
}

TEST_CASE("finer slices fall into coarser ones") {
    const Process fine = with_slices(2, {1, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 8});
    const Process coarse = with_slices(4, {16, 0, 0, 0, 0, 32, 0, 0, 0, 0, 64, 0});
    Process a = fine, b = coarse;
    merge_process(a, coarse);
    merge_process(b, fine);
    for (const Process& sum : {a, b}) {
        CHECK(sum.slices.width_ns == 4);
        CHECK(sum.slices.counts == std::vector<std::uint32_t>{19, 0, 0, 0, 4, 32, 0, 8, 0, 0, 64, 0});
    }
    Process none;
    merge_process(none, fine);
    CHECK(none.slices.counts == fine.slices.counts);
    merge_process(none, Process{});
    CHECK(none.slices.counts == fine.slices.counts);
}
