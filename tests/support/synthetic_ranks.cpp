#include "tests/support/synthetic_ranks.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <utility>

#include "base/even_choice.h"
#include "gather/canonical_order.h"
#include "gather/reduce.h"

namespace pyprof::test_support {
namespace {

using gather::Tree;
using gather::Value;

constexpr std::int32_t ranks_of_a_node = 64;
constexpr std::uint64_t unit = 1'000'000;  // one expected sample

// The tree again and again, each time below a root of its own.
void repeat(Tree& tree, std::uint32_t times) {
    const std::vector<gather::Context> contexts = tree.contexts;
    const std::vector<Value> values = tree.values;
    for (std::uint32_t copy = 1; copy < times; ++copy) {
        const auto offset = static_cast<std::uint32_t>(tree.contexts.size());
        tree.contexts.push_back({0, {gather::KeyKind::native, gather::no_module, 0x1000 + copy, 0}});
        for (std::size_t i = 1; i < contexts.size(); ++i) {
            const std::uint32_t parent = contexts[i].parent;
            tree.contexts.push_back({parent == 0 ? offset : offset + parent, contexts[i].key});
        }
        for (Value value : values) {
            value.context += offset;
            tree.values.push_back(value);
        }
    }
}

std::size_t count_of(const std::vector<Value>& values, std::uint64_t samples) {
    return static_cast<std::size_t>(
        std::count_if(values.begin(), values.end(), [=](const Value& value) { return value.samples == samples; }));
}

double expected(const Value& value) { return static_cast<double>(value.samples) / unit; }

// Contexts that lead to a value, by their number in the new tree; those that do not have none.
std::vector<std::uint32_t> keep_used(Tree& tree) {
    std::vector<bool> used(tree.contexts.size());
    for (const Value& value : tree.values) used[value.context] = true;
    for (const gather::Thread& thread : tree.threads) used[thread.spawned_by] = true;
    used[0] = true;
    for (std::size_t i = tree.contexts.size(); i-- > 1;)
        if (used[i]) used[tree.contexts[i].parent] = true;
    std::vector<std::uint32_t> numbers(tree.contexts.size());
    std::vector<gather::Context> kept;
    for (std::size_t i = 0; i < tree.contexts.size(); ++i) {
        if (!used[i]) continue;
        numbers[i] = static_cast<std::uint32_t>(kept.size());
        kept.push_back({numbers[tree.contexts[i].parent], tree.contexts[i].key});
    }
    tree.contexts = std::move(kept);
    return numbers;
}

void become_rank(Tree& tree, std::int32_t rank, std::int32_t rank_count) {
    gather::Process& process = tree.processes.front();
    process.rank = rank;
    process.rank_count = rank_count;
    process.pid = 1000 + rank % ranks_of_a_node;
    process.host = "node" + std::to_string(rank / ranks_of_a_node);
    for (gather::Thread& thread : tree.threads)
        if (thread.tid != 0) thread.tid = process.pid + static_cast<std::int32_t>(&thread - tree.threads.data());
}

// A moment for each sample, any time in the run, thinned out as an agent does.
std::vector<gather::Moment> moments_of(const Tree& tree, std::mt19937& random) {
    std::uniform_int_distribution<std::uint32_t> time{0, 10'000};  // of half a millisecond
    std::vector<gather::Moment> moments;
    for (const Value& value : tree.values)
        for (std::uint64_t i = 0; i < value.samples; ++i)
            moments.push_back({time(random), value.context, value.thread, 0});
    std::ranges::sort(moments, [&](const auto& a, const auto& b) { return is_before(a, b, tree.threads); });
    std::uint32_t shift = 0;
    while (moments.size() >> shift > wire::moment_capacity) ++shift;
    keep_evenly(moments, shift);
    for (gather::Moment& moment : moments) moment.shift = shift;
    return moments;
}

// `world` gets them with one expected sample among them for each that is expected of contexts met once.
void add_unseen(Tree& world) {
    const auto once = static_cast<double>(count_of(world.values, unit));
    const auto twice = static_cast<double>(count_of(world.values, 2 * unit));
    const auto unseen = static_cast<std::uint32_t>(once * once / (2 * std::max(1.0, twice)));
    std::vector<double> weights;
    for (const Value& value : world.values) weights.push_back(static_cast<double>(value.samples));
    std::mt19937 random{1};
    std::discrete_distribution<std::size_t> place(weights.begin(), weights.end());
    for (std::uint32_t i = 0; i < unseen; ++i) {  // another line or instruction where there is one already
        const Value like = world.values[place(random)];
        gather::Context context = world.contexts[like.context];
        context.key.value += 0x10000 + i;
        world.contexts.push_back(context);
        const auto samples = static_cast<std::uint64_t>(once / unseen * unit);
        world.values.push_back({static_cast<std::uint32_t>(world.contexts.size() - 1), like.thread, samples, 1});
    }
}

}  // namespace

SyntheticRanks::SyntheticRanks(const Tree& measured, std::uint32_t contexts) : world_{measured} {
    world_.measures.clear();
    world_.notes.clear();
    world_.moments.clear();
    period_ns_ = std::max<std::uint64_t>(1, measured.processes.front().period_ns);
    const auto one = static_cast<std::uint32_t>(world_.values.size());
    if (contexts > one) repeat(world_, (contexts + one / 2) / one);
    for (Value& value : world_.values) value.samples *= unit;
    add_unseen(world_);
    canonicalise(world_);
}

Tree SyntheticRanks::of(std::int32_t rank, std::int32_t rank_count) const {
    Tree tree = world_;
    std::mt19937 random{static_cast<std::uint32_t>(rank) + 7};
    for (Value& value : tree.values) {
        value.samples = static_cast<std::uint64_t>(std::poisson_distribution<int>{expected(value)}(random));
        value.weight_ns = value.samples * period_ns_;
    }
    std::erase_if(tree.values, [](const Value& value) { return value.samples == 0; });
    const std::vector<std::uint32_t> numbers = keep_used(tree);
    for (Value& value : tree.values) value.context = numbers[value.context];
    for (gather::Thread& thread : tree.threads) thread.spawned_by = numbers[thread.spawned_by];
    become_rank(tree, rank, rank_count);
    tree.moments = moments_of(tree, random);
    return tree;
}

std::size_t SyntheticRanks::expected_contexts() const {
    double contexts = 0;
    for (const Value& value : world_.values) contexts += 1 - std::exp(-expected(value));
    return static_cast<std::size_t>(contexts);
}

}  // namespace pyprof::test_support
