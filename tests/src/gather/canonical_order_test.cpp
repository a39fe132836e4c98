#include "gather/canonical_order.h"

#include <algorithm>

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
