#include "gather/canonical_sum.h"

#include "gather/bytes.h"
#include "gather/canonical_order.h"
#include "gather/reduce.h"
#include "tests/support/catch.h"
#include "tests/support/random_tree.h"

using namespace pyprof::gather;
using namespace pyprof::test_support;

namespace {

Tree canonical_tree(std::mt19937& random) {
    Tree tree = random_tree(random, 1 + static_cast<std::uint32_t>(random() % 80));
    canonicalise(tree);
    return tree;
}

Tree of_module(const std::string& path, const std::string& build_id) {
    Tree tree{{{path, build_id, 0, 0}}, {}, {Context{}, {0, {KeyKind::native, 0, 1, 0}}}, {}, {}, {}, {}};
    return tree;
}

}  // namespace

TEST_CASE("a sum in order says what both trees say, and is in canonical form") {
    std::mt19937 random{500};
    int in_order = 0;
    for (int round = 0; round < 200; ++round) {
        const Tree a = canonical_tree(random), b = canonical_tree(random);
        if (!have_sum_in_order(a, b)) continue;
        ++in_order;
        Tree sum = sum_in_order(a, b);
        REQUIRE(is_in_order(sum));
        REQUIRE(meaning_of(sum) == sum_of(meaning_of(a), meaning_of(b)));
        const std::string bytes = serialise(sum);
        canonicalise(sum);
        REQUIRE(serialise(sum) == bytes);
    }
    CHECK(in_order > 20);
}

TEST_CASE("a library under two paths cannot be added in order") {
    CHECK(have_sum_in_order(of_module("/a/libm.so", "77"), of_module("/a/libm.so", "77")));
    CHECK(have_sum_in_order(of_module("/a/libm.so", "77"), of_module("/b/libm.so", "78")));
    CHECK(!have_sum_in_order(of_module("/a/libm.so", "77"), of_module("/b/libm.so", "77")));
    Tree sum = of_module("/b/libm.so", "77");
    absorb(sum, of_module("/a/libm.so", "77"));
    CHECK(sum.modules.size() == 1);
    CHECK(sum.contexts.size() == 2);
}

TEST_CASE("a process whose rank is known to one recording only cannot be added in order") {
    const auto of_process = [](std::int32_t rank) {
        Tree tree{{}, {}, {Context{}}, {}, {}, {}, {}};
        tree.processes.emplace_back().rank = rank;
        return tree;
    };
    CHECK(have_sum_in_order(of_process(3), of_process(3)));
    CHECK(!have_sum_in_order(of_process(3), of_process(-1)));
}
