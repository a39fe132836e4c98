#include "gather/fold.h"

#include <algorithm>

#include "gather/bytes.h"
#include "gather/canonical_order.h"
#include "gather/reduce.h"
#include "tests/support/catch.h"

using namespace pyprof::gather;
namespace wire = pyprof::wire;

namespace {

constexpr std::uint64_t period_ns = 1000;

// A rank with a value of 1, 2, 3 … samples in each of its contexts, below one of MPI every other one.
Tree rank_of(std::int32_t rank, std::int32_t rank_count, std::uint32_t contexts) {
    Tree tree{{{"libmpi.so", "aa", 0, wire::module_flags::mpi}}, {}, {Context{}}, {}, {}, {}, {}};
    tree.contexts.push_back({0, {KeyKind::native, 0, 1, 0}});
    for (std::uint32_t i = 0; i < contexts; ++i) {
        tree.contexts.push_back({i % 2, {KeyKind::native, no_module, 100 + i, 0}});
        tree.values.push_back({i + 2, 0, i + 1, (i + 1) * period_ns});
    }
    Process process;
    process.rank = rank;
    process.rank_count = rank_count;
    process.pid = 10 + rank;
    process.host = "host";
    process.period_ns = period_ns;
    tree.processes.push_back(process);
    tree.threads.push_back({0, 10 + rank, "main", 0, 0, true});
    canonicalise(tree);
    return tree;
}

std::uint64_t weight_of(const Tree& tree) {
    std::uint64_t sum = 0;
    for (const Value& value : tree.values) sum += value.weight_ns;
    return sum;
}

const Thread& own_thread(const Tree& tree) {
    return *std::find_if(tree.threads.begin(), tree.threads.end(), [](const Thread& t) { return t.tid != 0; });
}

constexpr std::int32_t very_many = 1 << 20;  // ranks; each keeps 8 values

}  // namespace

TEST_CASE("what a rank keeps shrinks with their number") {
    CHECK(values_to_keep(2) == 1U << 22);
    CHECK(values_to_keep(1024) == 8192);
    CHECK(values_to_keep(65536) == 128);
    CHECK(values_to_keep(0) == 1U << 23);
    CHECK(values_to_keep(very_many) == 8);
    CHECK(slices_to_keep(64) >= wire::slice_count);
    CHECK(moments_to_keep(4) == 1U << 14);
    CHECK(moments_to_keep(1024) == 64);
    CHECK(slices_to_keep(3000) == 128);
    CHECK(slices_to_keep(very_many) == 8);
}

TEST_CASE("a tree that has room is left as it is") {
    Tree tree = rank_of(0, 4, 50);
    const std::string before = serialise(tree);
    fold_for_ranks(tree);
    CHECK(serialise(tree) == before);
    Tree no_rank = rank_of(-1, 0, 50);
    no_rank.processes[0].rank_count = very_many;
    const std::string same = serialise(no_rank);
    fold_for_ranks(no_rank);
    CHECK(serialise(no_rank) == same);
}

TEST_CASE("the largest values stay with the rank, the others become those of all, and none is lost") {
    const Tree whole = rank_of(3, very_many, 40);
    Tree tree = whole;
    fold_for_ranks(tree);
    CHECK(is_in_order(tree));
    CHECK(weight_of(tree) == weight_of(whole));
    CHECK(tree.values.size() == whole.values.size());
    REQUIRE(tree.processes.size() == 2);
    std::uint64_t kept = 0, least_kept = ~0ULL, largest_given_up = 0;
    for (const Value& value : tree.values) {
        if (stands_for_ranks(tree.processes[tree.threads[value.thread].process])) {
            largest_given_up = std::max(largest_given_up, value.weight_ns);
        } else {
            ++kept;
            least_kept = std::min(least_kept, value.weight_ns);
        }
    }
    CHECK(kept == 8);
    CHECK(least_kept > largest_given_up);
    const SummedValues& summed = own_thread(tree).summed;
    CHECK(summed.weight_ns == 32 * 33 / 2 * period_ns);
    CHECK(summed.samples == 32 * 33 / 2);
    CHECK(summed.mpi_ns == (2 + 32) * 16 / 2 * period_ns);  // every other one
    CHECK(tree.notes.size() == 1);
}

TEST_CASE("values given up by many ranks stand in one thread") {
    Reducer reducer;
    std::uint64_t weight = 0;
    for (std::int32_t rank = 0; rank < 20; ++rank) {
        Tree tree = rank_of(rank, very_many, 40);
        weight += weight_of(tree);
        fold_for_ranks(tree);
        reducer.absorb(std::move(tree));
    }
    const Tree sum = reducer.finish();
    CHECK(weight_of(sum) == weight);
    CHECK(sum.threads.size() == 21);
    CHECK(sum.values.size() == 20 * 8 + 32);
    CHECK(sum.notes.size() == 1);
}

TEST_CASE("measures go with the values") {
    Tree tree = rank_of(0, very_many, 20);
    tree.measures.push_back({"gil_held", wire::MetricUnit::nanoseconds, tree.values});
    fold_for_ranks(tree);
    REQUIRE(tree.measures.size() == 1);
    REQUIRE(tree.measures[0].values.size() == tree.values.size());
    for (std::size_t i = 0; i < tree.values.size(); ++i) {
        CHECK(tree.measures[0].values[i].thread == tree.values[i].thread);
        CHECK(tree.measures[0].values[i].context == tree.values[i].context);
    }
}

TEST_CASE("time slices become as coarse as their number allows") {
    Tree tree = rank_of(0, very_many, 1);
    Slices& slices = tree.processes[0].slices;
    slices.width_ns = 1024;
    slices.counts.assign(std::size_t{5} * 8 * static_cast<std::size_t>(wire::SliceCategory::count), 1);
    fold_for_ranks(tree);
    CHECK(slices.width_ns == 8192);
    CHECK(slices.counts == std::vector<std::uint32_t>(20, 8));
}

TEST_CASE("the dearest calls stay with the rank, the others become those of all, and none is lost") {
    Tree tree = rank_of(1, very_many, 3);
    for (std::uint64_t i = 0; i < 20; ++i)
        tree.calls.push_back({.context = 1,
                              .thread = 0,
                              .name = "MPI_Send",
                              .size_class = static_cast<std::uint8_t>(i),
                              .count = 1,
                              .time_ns = 100 + i});
    canonicalise(tree);
    fold_for_ranks(tree);
    CHECK(is_in_order(tree));
    std::uint64_t count = 0, own = 0;
    for (const Call& call : tree.calls) {
        count += call.count;
        if (tree.threads[call.thread].tid == 0) continue;
        ++own;
        CHECK(call.time_ns >= 112);
    }
    CHECK(count == 20);
    CHECK(own == calls_to_keep(very_many));
}

TEST_CASE("a rank of many keeps moments that weigh as much as all of them") {
    Tree tree = rank_of(0, 1024, 2);
    for (std::uint32_t i = 0; i < 1024; ++i) tree.moments.push_back({i, 1, 0, 2});
    fold_for_ranks(tree);
    CHECK(tree.moments.size() == 64);  // one of every 16
    for (std::uint32_t i = 0; i < tree.moments.size(); ++i) {
        CHECK(tree.moments[i].shift == 6);
        CHECK(tree.moments[i].time / 16 == i);
    }
    CHECK(is_in_order(tree));
}
