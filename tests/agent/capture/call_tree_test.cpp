#include "agent/capture/call_tree.h"

#include <map>
#include <memory>
#include <random>
#include <vector>

#include "tests/support/catch.h"

using namespace pyprof;
using namespace pyprof::capture;

namespace {

struct Fixture {
    explicit Fixture(std::uint64_t cap = 8u << 20) {
        REQUIRE(arena.open("", "", cap));
        budget.index_cap = cap / 4;
    }
    Arena arena;
    TreeBudget budget;
};

constexpr std::uint64_t root_key = wire::node_key::make_special(1);

std::unique_ptr<MergedStack> stack_of(const std::vector<std::uint64_t>& root_first) {
    auto stack = std::make_unique<MergedStack>();
    stack->count = static_cast<std::uint32_t>(root_first.size());
    for (std::size_t i = 0; i < root_first.size(); ++i) stack->keys[root_first.size() - 1 - i] = root_first[i];
    return stack;
}

std::vector<std::uint64_t> path_of(const Arena& arena, std::uint32_t id) {
    std::vector<std::uint64_t> path;
    for (; arena.node(id)->parent != 0; id = arena.node(id)->parent) path.insert(path.begin(), arena.node(id)->key);
    return path;
}

std::vector<std::uint64_t> random_path(std::mt19937& random) {
    std::vector<std::uint64_t> path(random() % 20);
    for (auto& key : path) key = wire::node_key::make_native(0x1000 + random() % 4, 1, true, false);
    return path;
}

}  // namespace

TEST_CASE("a tree counts the same as a map of whole stacks") {
    const Fixture fixture;
    auto& arena = const_cast<Arena&>(fixture.arena);
    auto tree = std::make_unique<CallTree>();
    tree->start(arena, const_cast<TreeBudget&>(fixture.budget), 1, root_key);
    std::map<std::vector<std::uint64_t>, std::uint64_t> twin;
    std::map<std::vector<std::uint64_t>, std::uint32_t> nodes;
    std::mt19937 random{301};
    for (int i = 0; i < 20'000; ++i) {
        const auto path = random_path(random);
        const CallTree::Leaf leaf = tree->descend(*stack_of(path));
        REQUIRE(leaf.complete);
        tree->charge(leaf.node, 1, 1 + i % 3);
        twin[path] += 1 + i % 3;
        nodes[path] = leaf.node;
    }
    for (const auto& [path, expiries] : twin) {
        CHECK(arena.node(nodes[path])->expiries == expiries);
        CHECK(path_of(arena, nodes[path]) == path);
    }
}

TEST_CASE("a full tree charges the deepest ancestor and loses no weight") {
    Fixture fixture{256u << 10};
    auto tree = std::make_unique<CallTree>();
    tree->start(fixture.arena, fixture.budget, 1, root_key);
    std::vector<std::uint32_t> charged;
    bool overflowed = false;
    for (std::uint64_t i = 0; i < 50'000; ++i) {
        const auto leaf = tree->descend(*stack_of({1ULL << 62 | i % 7, 1ULL << 62 | i}));
        overflowed = overflowed || !leaf.complete;
        REQUIRE(leaf.node != 0);
        tree->charge(leaf.node, 1, 1);
        charged.push_back(leaf.node);
    }
    CHECK(overflowed);
    std::uint64_t sum = 0;
    for (std::uint32_t id = wire::recording_header_bytes / 32; id < fixture.arena.committed() / 32; ++id)
        if (wire::node_key::kind(fixture.arena.node(id)->key) != 0) sum += fixture.arena.node(id)->expiries;
    CHECK(sum == 50'000);
}

TEST_CASE("values of extra metrics stand beside every node and move with it") {
    Fixture fixture;
    fixture.budget.extra_metrics = 3;
    auto ended = std::make_unique<CallTree>();
    ended->start(fixture.arena, fixture.budget, 1, root_key);
    std::map<std::vector<std::uint64_t>, std::uint64_t> twin;
    std::mt19937 random{11};
    for (std::uint32_t round = 0; round < 20; ++round) {
        auto tree = std::make_unique<CallTree>();
        tree->start(fixture.arena, fixture.budget, 2 + round, root_key);
        for (std::uint64_t i = 0; i < 200; ++i) {
            const auto path = random_path(random);
            const std::uint32_t node = tree->descend(*stack_of(path)).node;
            tree->charge_extra(node, 0, i);
            tree->charge_extra(node, 2, 1);
            twin[path] += i;
        }
        ended->absorb(*tree);
        tree->discard();
    }
    std::uint64_t counted = 0;
    for (const auto& [path, amount] : twin) {
        const std::uint64_t* extras = wire::extras_of(*fixture.arena.node(ended->descend(*stack_of(path)).node));
        CHECK(extras[0] == amount);
        CHECK(extras[1] == 0);
        counted += extras[2];
    }
    CHECK(counted == 20 * 200);
}

TEST_CASE("an absorbed tree's weight lies under the same stacks of the other, and its chunks are used again") {
    Fixture fixture;
    auto ended = std::make_unique<CallTree>();
    ended->start(fixture.arena, fixture.budget, 1, root_key);
    std::map<std::vector<std::uint64_t>, std::uint64_t> twin;
    std::mt19937 random{7};
    std::uint64_t after_first = 0;
    std::uint64_t attached = 0, found_attached = 0;
    for (std::uint32_t round = 0; round < 200; ++round) {
        auto tree = std::make_unique<CallTree>();
        tree->start(fixture.arena, fixture.budget, 2 + round, root_key);
        for (std::uint32_t i = 0; i < 50; ++i) {
            const auto path = random_path(random);
            tree->charge(tree->descend(*stack_of(path)).node, 1, 1, i % 2);
            ++twin[path];
            attached += i % 2;
        }
        ended->absorb(*tree);
        tree->discard();
        if (round == 100) after_first = fixture.arena.committed();
    }
    for (const auto& [path, expiries] : twin) {
        const auto leaf = ended->descend(*stack_of(path));
        CHECK(fixture.arena.node(leaf.node)->expiries == expiries);
        found_attached += fixture.arena.node(leaf.node)->attached;
    }
    CHECK(found_attached == attached);
    // 100 more trees reuse what the first hundred gave back; only the ended tree itself grew.
    CHECK(fixture.arena.committed() - after_first < 100 * wire::page_bytes * 4);
}

TEST_CASE("a context that moved is found again, contexts of other trees stay") {
    Fixture fixture;
    auto ended = std::make_unique<CallTree>();
    auto tree = std::make_unique<CallTree>();
    ended->start(fixture.arena, fixture.budget, 1, root_key);
    tree->start(fixture.arena, fixture.budget, 2, root_key);
    const auto path = std::vector<std::uint64_t>{1ULL << 62 | 5, 1ULL << 62 | 6};
    const std::uint32_t old_node = tree->descend(*stack_of(path)).node;
    ended->absorb(*tree);
    const std::uint32_t moved = CallTree::moved_to(fixture.arena, old_node, 2);
    CHECK(path_of(fixture.arena, moved) == path);
    CHECK(CallTree::moved_to(fixture.arena, moved, 2) == moved);
}
