#include "gather/canonical_order.h"

#include <algorithm>
#include <tuple>

#include "gather/tree_builder.h"
#include "tests/support/catch.h"
#include "tests/support/random_tree.h"

using namespace pyprof::gather;
using namespace pyprof::test_support;

namespace {

// The definition, looked at pair by pair.
void check_sorted(const std::vector<Value>& values) {
    for (std::size_t i = 1; i < values.size(); ++i) {
        const Value &a = values[i - 1], &b = values[i];
        CHECK((a.context < b.context || (a.context == b.context && a.thread < b.thread)));
    }
}

void check_canonical(const Tree& tree) {
    CHECK(std::is_sorted(tree.modules.begin(), tree.modules.end()));
    CHECK(std::is_sorted(tree.codes.begin(), tree.codes.end()));
    CHECK(std::is_sorted(tree.notes.begin(), tree.notes.end()));
    for (std::size_t i = 1; i < tree.processes.size(); ++i) CHECK(tree.processes[i - 1].rank <= tree.processes[i].rank);
    for (std::size_t i = 1; i < tree.threads.size(); ++i) CHECK(tree.threads[i - 1].process <= tree.threads[i].process);
    check_sorted(tree.values);
    for (const Measure& measure : tree.measures) check_sorted(measure.values);
    for (std::size_t i = 1; i < tree.measures.size(); ++i) CHECK(tree.measures[i - 1].name < tree.measures[i].name);
    const auto identity = [](const Call& c) {
        return std::tie(c.context, c.name, c.ranks, c.peer, c.size_class, c.thread);
    };
    for (std::size_t i = 1; i < tree.calls.size(); ++i) CHECK(identity(tree.calls[i - 1]) < identity(tree.calls[i]));
    std::vector<std::vector<Key>> children(tree.contexts.size());
    for (std::size_t i = 1; i < tree.contexts.size(); ++i) {
        const Context& context = tree.contexts[i];
        CHECK(context.parent < i);
        // In preorder the one before is the parent, or a descendant of the parent.
        std::size_t at = i - 1;
        while (at != context.parent && at != 0) at = tree.contexts[at].parent;
        CHECK(at == context.parent);
        children[context.parent].push_back(context.key);
    }
    for (const auto& keys : children) CHECK(std::is_sorted(keys.begin(), keys.end()));
}

}  // namespace

TEST_CASE("order changes places, not meaning") {
    std::mt19937 random{1};
    for (int round = 0; round < 20; ++round) {
        Tree tree = random_tree(random, 60);
        const Meaning before = meaning_of(tree);
        order(tree);
        check_canonical(tree);
        CHECK(meaning_of(tree) == before);
    }
}

TEST_CASE("values of the same context and thread become one") {
    Tree tree{{}, {}, {Context{}}, {{0, 0, 1, 5}, {0, 0, 2, 7}}, {Thread{}}, {Process{}}, {}};
    order(tree);
    REQUIRE(tree.values.size() == 1);
    CHECK(tree.values[0].samples == 3);
    CHECK(tree.values[0].weight_ns == 12);
}

TEST_CASE("a chain of a million contexts needs no stack") {
    TreeBuilder builder;
    std::uint32_t at = 0;
    for (std::uint64_t i = 0; i < 1'000'000; ++i) at = builder.context(at, {KeyKind::native, no_module, i, 0});
    const Tree tree = builder.finish();
    CHECK(tree.contexts.size() == 1'000'001);
    CHECK(tree.contexts.back().parent == 999'999);
}

TEST_CASE("whatever is out of order is noticed") {
    const auto swap_ends = [](auto& list) {
        REQUIRE(list.size() > 1);
        std::swap(list.front(), list.back());
    };
    std::mt19937 random{2};
    const Tree tree = [&] {
        Tree made = random_tree(random, 90);
        order(made);
        made.notes = {"a", "b"};
        return made;
    }();
    REQUIRE(is_in_order(tree));
    Tree other = tree;
    SECTION("modules") { swap_ends(other.modules); }
    SECTION("codes") { swap_ends(other.codes); }
    SECTION("processes") { swap_ends(other.processes); }
    SECTION("threads") { swap_ends(other.threads); }
    SECTION("values") { swap_ends(other.values); }
    SECTION("notes") { swap_ends(other.notes); }
    SECTION("values of nothing") { other.values.front().samples = other.values.front().weight_ns = 0; }
    SECTION("siblings") {
        const auto of_root = [](const Context& context) { return context.parent == 0; };
        const auto first = std::find_if(other.contexts.begin() + 1, other.contexts.end(), of_root);
        const auto second = std::find_if(first + 1, other.contexts.end(), of_root);
        REQUIRE(second != other.contexts.end());
        std::swap(first->key, second->key);
    }
    SECTION("contexts that are not in preorder") {
        const auto next = static_cast<std::uint32_t>(other.contexts.size());
        other.contexts.push_back({0, {KeyKind::native, no_module, ~0ULL, 0}});
        other.contexts.push_back({next - 1, {KeyKind::native, no_module, ~0ULL, 0}});
    }
    CHECK(!is_in_order(other));
}
