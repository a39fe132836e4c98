#include "gather/reduce.h"

#include <algorithm>

#include "gather/bytes.h"
#include "tests/support/catch.h"
#include "tests/support/random_tree.h"

using namespace pyprof::gather;
using namespace pyprof::test_support;

namespace {

// The processes of random trees are alike, so what they say about slices and losses adds up as well.
std::vector<Tree> random_trees(std::mt19937& random, int count) {
    std::vector<Tree> trees;
    for (int i = 0; i < count; ++i) trees.push_back(random_tree(random, 1 + random() % 80));
    return trees;
}

Tree reduced(std::vector<Tree> trees) {
    Reducer reducer;
    for (Tree& tree : trees) reducer.absorb(std::move(tree));
    return reducer.finish();
}

}  // namespace

TEST_CASE("a sum of trees says what they say together") {
    std::mt19937 random{100};
    for (int round = 0; round < 20; ++round) {
        const std::vector<Tree> trees = random_trees(random, 5);
        Meaning expected;
        for (const Tree& tree : trees) expected = sum_of(std::move(expected), meaning_of(tree));
        CHECK(meaning_of(reduced(trees)) == expected);
    }
}

TEST_CASE("a sum of trees is the same byte for byte in every order and grouping") {
    std::mt19937 random{200};
    for (int round = 0; round < 20; ++round) {
        std::vector<Tree> trees = random_trees(random, 6);
        const std::string expected = serialise(reduced(trees));
        std::shuffle(trees.begin(), trees.end(), random);
        CHECK(serialise(reduced(trees)) == expected);
        while (trees.size() > 1) {  // as ranks do it: pairs of pairs
            const std::size_t into = random() % trees.size();
            Tree other = std::move(trees.back());
            trees.pop_back();
            if (into < trees.size())
                absorb(trees[into], std::move(other));
            else
                absorb(trees[0], std::move(other));
        }
        CHECK(serialise(trees[0]) == expected);
    }
}

TEST_CASE("the canonical form of a tree is its own") {
    std::mt19937 random{300};
    Tree tree = random_tree(random, 100);
    const Meaning before = meaning_of(tree);
    canonicalise(tree);
    const std::string once = serialise(tree);
    CHECK(meaning_of(tree) == before);
    canonicalise(tree);
    CHECK(serialise(tree) == once);
}

TEST_CASE("an empty tree changes nothing") {
    std::mt19937 random{400};
    Tree tree = random_tree(random, 50);
    canonicalise(tree);
    const std::string before = serialise(tree);
    absorb(tree, Tree{{}, {}, {Context{}}, {}, {}, {}, {}});
    CHECK(serialise(tree) == before);
    Reducer nothing;
    CHECK(nothing.finish().contexts.size() == 1);
}

TEST_CASE("notes are kept once") {
    Reducer reducer;
    reducer.note("rank 3 is missing");
    reducer.note("rank 3 is missing");
    reducer.note("a");
    CHECK(reducer.finish().notes == std::vector<std::string>{"a", "rank 3 is missing"});
}
