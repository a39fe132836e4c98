#include "gather/moments_section.h"

#include "tests/support/catch.h"

using namespace pyprof::gather;

namespace {

// Three contexts; two threads of the first process and one of the second.
Tree tree_with(std::vector<Moment> moments) {
    Tree tree;
    tree.contexts.resize(3);
    tree.processes.resize(2);
    tree.threads.resize(3);
    tree.threads[2].process = 1;
    tree.moments = std::move(moments);
    return tree;
}

bool same(const Moment& a, const Moment& b) {
    return a.time == b.time && a.context == b.context && a.thread == b.thread && a.shift == b.shift;
}

bool reads(const Tree& from, Tree& into, const LostSections& lost = {}) {
    ColumnWriter columns;
    write_moments(columns, from.moments);
    ColumnReader reader{std::as_bytes(std::span{columns.bytes()})};
    read_moments(reader, lost, into);
    return !reader.failed() && reader.done();
}

constexpr std::uint32_t last = 0xFFFFFFFF;

}  // namespace

TEST_CASE("moments of several processes and strides come back") {
    const Tree tree = tree_with({{0, 2, 1, 0}, {7, 1, 0, 0}, {7, 1, 0, 3}, {last, 0, 1, 3}, {1, 2, 2, 40}});
    Tree back = tree_with({});
    REQUIRE(reads(tree, back));
    REQUIRE(back.moments.size() == tree.moments.size());
    for (std::size_t i = 0; i < tree.moments.size(); ++i) CHECK(same(back.moments[i], tree.moments[i]));
}

TEST_CASE("a moment takes a few bytes") {
    std::vector<Moment> moments;
    for (std::uint32_t i = 0; i < 1000; ++i) moments.push_back({10 * i, i % 3, i % 2, 2});
    ColumnWriter columns;
    write_moments(columns, moments);
    CHECK(columns.bytes().size() < 3 * moments.size() + 10);
}

TEST_CASE("moments that refer to nothing, are out of order or too heavy are refused") {
    const std::vector<Moment> damaged = GENERATE(
        std::vector<Moment>{{1, 3, 0, 0}}, std::vector<Moment>{{1, 0, 3, 0}}, std::vector<Moment>{{1, 0, 0, 64}},
        std::vector<Moment>{{2, 0, 0, 0}, {1, 0, 0, 0}}, std::vector<Moment>{{1, 0, 2, 0}, {1, 0, 0, 0}});
    Tree back = tree_with({});
    CHECK_FALSE(reads(tree_with(damaged), back));
}

TEST_CASE("where contexts or threads are lost moments go to what stands for them") {
    LostSections lost;
    lost.add(Section::contexts);
    lost.add(Section::threads);
    Tree back = tree_with({});
    back.contexts.resize(1);
    back.threads.resize(1);
    REQUIRE(reads(tree_with({{5, 2, 2, 1}}), back, lost));
    CHECK(same(back.moments.at(0), {5, 0, 0, 1}));
}
