#include "agent/capture/moments.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <thread>
#include <vector>

#include "agent/capture/call_tree.h"
#include "tests/support/catch.h"

using namespace pyprof;
using namespace pyprof::capture;
namespace moment_entry = wire::moment_entry;

namespace {

// A table of 16 instead of 8 192.
struct Small {
    std::vector<std::uint64_t> entries = std::vector<std::uint64_t>(16);
    std::uint32_t shift = 0;
    Moments moments;

    Small() { moments.start(); }
    MomentTable table() { return {entries.data(), static_cast<std::uint32_t>(entries.size()), &shift}; }
    std::uint64_t add(std::uint32_t time, std::uint32_t node, std::uint64_t expiries = 1) {
        return moments.add(table(), moment_entry::make(time, node), expiries);
    }
    std::uint64_t count() const {
        return static_cast<std::uint64_t>(
            std::count_if(entries.begin(), entries.end(), [](std::uint64_t entry) { return entry != 0; }));
    }
    // What the entries stand for.
    std::uint64_t weight() const { return count() << shift; }
};

}  // namespace

TEST_CASE("as long as there is room every expiry has its moment") {
    Small small;
    for (std::uint32_t i = 0; i < 16; ++i) small.add(i, 100 + i);
    CHECK(small.shift == 0);
    for (std::uint32_t i = 0; i < 16; ++i) CHECK(small.entries[i] == moment_entry::make(i, 100 + i));
}

TEST_CASE("a table that was thinned out many times stands for all expiries, up to one stride") {
    Small small;
    for (std::uint32_t i = 1; i <= 100'000; ++i) {
        REQUIRE(small.add(i, i) == 0);
        const std::uint64_t stride = std::uint64_t{1} << small.shift;
        REQUIRE(small.weight() <= i - i % stride + stride);
        REQUIRE(small.weight() >= i - i % stride);
    }
    CHECK(small.shift == 13);  // 100 000 expiries in 16 places
    // Entry i is one of the expiries that it stands for.
    for (std::uint32_t i = 0; i < small.count(); ++i)
        CHECK((moment_entry::time_of(small.entries[i]) - 1) >> small.shift == i);
}

TEST_CASE("expiries that come together all count") {
    Small small;
    small.add(1, 7, 1'000'000);
    CHECK(small.weight() >= 1'000'000 - (1U << small.shift));
    CHECK(small.weight() <= 1'000'000 + (1U << small.shift));
    small.add(2, 8, 0);
    CHECK(small.moments.add(small.table(), moment_entry::make(3, 9), std::uint64_t{1} << 40) == 0);
    CHECK(moment_entry::node_of(small.entries[4]) == 9);
}

TEST_CASE("threads that take turns keep their shares") {
    constexpr std::uint32_t capacity = 4096, threads = 4, rounds = 100'000;
    std::vector<std::uint64_t> entries(capacity);
    std::uint32_t shift = 0;
    Moments moments;
    moments.start();
    for (std::uint32_t i = 0; i < rounds * threads; ++i)
        moments.add({entries.data(), capacity, &shift}, moment_entry::make(i, 1 + i % threads), 1);
    std::vector<double> met(threads);
    double all = 0;
    for (const std::uint64_t entry : entries)
        if (entry != 0) ++met[moment_entry::node_of(entry) - 1], ++all;
    REQUIRE(all > capacity / 2.0 - 1);
    for (const double count : met) CHECK(std::abs(count - all / threads) < 5 * std::sqrt(all / threads));
}

TEST_CASE("what finds the table held is left out and told") {
    Small small;
    for (std::uint32_t i = 0; i < 16; ++i) small.add(i, 1);
    {
        const HeldMoments held{small.moments};
        REQUIRE(held.held());
        CHECK(small.add(16, 1, 3) == 3);
    }
    CHECK(small.add(17, 1) == 0);
    CHECK(small.shift == 1);
    CHECK_FALSE([&] {
        const HeldMoments held{small.moments};
        const HeldMoments second{small.moments};
        return second.held();
    }());
}

TEST_CASE("threads at once lose nothing that is not told") {
    constexpr std::uint32_t capacity = 1024, threads = 4, each = 50'000;
    std::vector<std::uint64_t> entries(capacity);
    std::uint32_t shift = 0;
    Moments moments;
    moments.start();
    std::atomic<std::uint64_t> left_out{0};
    {
        std::vector<std::jthread> running;
        for (std::uint32_t t = 0; t < threads; ++t)
            running.emplace_back([&, t] {
                for (std::uint32_t i = 0; i < each; ++i)
                    left_out += moments.add({entries.data(), capacity, &shift}, moment_entry::make(i, 1 + t), 1);
            });
    }
    const auto kept = std::count_if(entries.begin(), entries.end(), [](std::uint64_t entry) { return entry != 0; });
    const double weight = std::ldexp(static_cast<double>(kept), static_cast<int>(shift));
    const double all = static_cast<double>(threads) * each, stride = std::ldexp(1.0, static_cast<int>(shift));
    CHECK(weight <= all + threads * stride);  // one entry of each thread may be on its way while others thin out
    CHECK(weight >= all - static_cast<double>(left_out) * stride - (threads + 1) * stride);
}

TEST_CASE("moments of a folded tree follow its nodes") {
    Arena arena;
    REQUIRE(arena.open("", "", 8u << 20));
    TreeBudget budget;
    budget.index_cap = 1u << 20;
    const auto key = [](std::uint64_t address) { return wire::node_key::make_native(address, 1, false, false); };
    const auto tree = std::make_unique<CallTree>(), other = std::make_unique<CallTree>(),
               ended = std::make_unique<CallTree>();
    tree->start(arena, budget, 1, wire::node_key::make_special(1));
    other->start(arena, budget, 2, wire::node_key::make_special(1));
    ended->start(arena, budget, 3, wire::node_key::make_special(2));
    const std::uint32_t node = tree->step(tree->root(), key(0x10)), foreign = other->step(other->root(), key(0x10));
    tree->charge(node, 1, 1);
    Small small;
    small.add(5, foreign);
    small.add(6, node);
    ended->absorb(*tree);
    {
        HeldMoments held{small.moments};
        CHECK(held.follow(small.table(), arena, 6, 1) == 0);
    }
    tree->discard();
    CHECK(moment_entry::node_of(small.entries[0]) == foreign);
    const std::uint32_t moved = moment_entry::node_of(small.entries[1]);
    CHECK(arena.node(moved)->key == key(0x10));
    CHECK(arena.node(moved)->parent == ended->root());
    CHECK(moment_entry::time_of(small.entries[1]) == 6);
}
