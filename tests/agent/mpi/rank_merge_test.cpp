#include "agent/mpi/rank_merge.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "gather/reduce.h"
#include "tests/agent/mpi/fake_mpi.h"
#include "tests/support/catch.h"

using namespace pyprof;
using namespace pyprof::mpi;
using test_support::FakeLibrary;
using test_support::FakeWorld;
using namespace std::chrono_literals;

namespace {

gather::Tree tree_of(int rank) {
    gather::Tree tree;
    tree.contexts.emplace_back();
    tree.codes.push_back({"app.py", "work", "work", 1});
    tree.contexts.push_back({0, {gather::KeyKind::python, 0, static_cast<std::uint64_t>(10 + rank % 3), 0}});
    gather::Process process;
    process.rank = rank;
    process.pid = 100 + rank;
    process.host = "node";
    process.samples = 1;
    tree.processes.push_back(process);
    gather::Thread thread;
    thread.tid = 100 + rank;
    tree.threads.push_back(thread);
    tree.values.push_back({1, 0, 1, 5'000'000});
    return tree;
}

std::string name_of(int rank) { return "node-" + std::to_string(100 + rank) + "-1.rec.done"; }

struct Outcome {
    std::vector<int> ranks;          // in what was written; empty: nothing was
    std::vector<std::string> names;  // of recordings, sorted
    std::vector<bool> safe;          // by rank
    std::uint64_t weight_ns = 0;
};

enum class Part { takes_part, never_comes, falls_silent };

MergeTimes short_times() { return {300ms, 300ms, 300ms}; }
MergeTimes long_times() { return {30s, 30s, 30s}; }

// All ranks as threads.
Outcome merge_all(const std::vector<Part>& parts, const MergeTimes& times, bool can_write = true) {
    FakeWorld world{static_cast<int>(parts.size())};
    Outcome outcome;
    std::vector<char> safe(parts.size());
    std::vector<std::thread> ranks;
    for (int rank = 0; rank < world.size(); ++rank) {
        const auto part = parts[static_cast<std::size_t>(rank)];
        if (part == Part::never_comes) continue;
        ranks.emplace_back([&, rank, part] {
            FakeLibrary library{world, rank};
            if (part == Part::falls_silent) library.fall_silent();
            const auto write = [&](const Contribution& sum) {
                if (!can_write) return false;
                for (const auto& process : sum.tree.processes) outcome.ranks.push_back(process.rank);
                for (const auto& value : sum.tree.values) outcome.weight_ns += value.weight_ns;
                outcome.names = sum.recordings;
                return true;
            };
            safe[static_cast<std::size_t>(rank)] = merge_ranks(library, {tree_of(rank), {name_of(rank)}}, times, write);
        });
    }
    for (auto& rank : ranks) rank.join();
    std::sort(outcome.ranks.begin(), outcome.ranks.end());
    std::sort(outcome.names.begin(), outcome.names.end());
    outcome.safe.assign(safe.begin(), safe.end());
    return outcome;
}

}  // namespace

TEST_CASE("All ranks end up in one sum, each once, and all are told") {
    const int size = GENERATE(1, 2, 3, 4, 5, 7, 8, 13);
    CAPTURE(size);
    const auto outcome = merge_all(std::vector<Part>(static_cast<std::size_t>(size), Part::takes_part), long_times());
    std::vector<int> expected;
    for (int rank = 0; rank < size; ++rank) expected.push_back(rank);
    CHECK(outcome.ranks == expected);
    CHECK(outcome.names.size() == expected.size());
    CHECK(outcome.weight_ns == 5'000'000ULL * static_cast<std::uint64_t>(size));
    CHECK(std::all_of(outcome.safe.begin(), outcome.safe.end(), [](bool safe) { return safe; }));
}

TEST_CASE("When one rank never comes nobody hangs and nobody discards anything") {
    const auto outcome =
        merge_all({Part::takes_part, Part::takes_part, Part::never_comes, Part::takes_part}, short_times());
    CHECK(outcome.ranks.empty());
    CHECK(std::none_of(outcome.safe.begin(), outcome.safe.end(), [](bool safe) { return safe; }));
}

TEST_CASE("A rank that falls silent costs its own part and that of the ranks below it") {
    const auto outcome =
        merge_all({Part::takes_part, Part::takes_part, Part::falls_silent, Part::takes_part}, short_times());
    CHECK(outcome.ranks == std::vector<int>{0, 1});
    CHECK(outcome.names == std::vector<std::string>{name_of(0), name_of(1)});
    CHECK(outcome.safe[0]);
    CHECK_FALSE(outcome.safe[2]);
    CHECK_FALSE(outcome.safe[3]);
}

TEST_CASE("What the root could not write is kept by every rank") {
    const auto outcome = merge_all(std::vector<Part>(5, Part::takes_part), long_times(), false);
    CHECK(std::none_of(outcome.safe.begin(), outcome.safe.end(), [](bool safe) { return safe; }));
}
