#include "wire/node_order.h"

#include <map>
#include <random>
#include <set>

#include "tests/support/catch.h"

using namespace pyprof::wire;

namespace {

LinkedNode node(std::uint32_t id, std::uint32_t parent, std::uint32_t thread = 1) {
    LinkedNode linked{{}, parent};
    linked.node.id = id;
    linked.node.thread = thread;
    linked.node.expiries = 1;
    return linked;
}

// What each node's parent id must be: 0 for roots and for links that lead nowhere. For a cycle only that exactly one
// of its links is cut is fixed, so those are given as a set.
std::set<std::uint32_t> ids_on_cycles(const std::vector<LinkedNode>& nodes) {
    std::map<std::uint32_t, std::uint32_t> parents;
    for (const LinkedNode& n : nodes) parents[n.node.id] = n.parent_id;
    std::set<std::uint32_t> result;
    for (const LinkedNode& n : nodes) {
        std::uint32_t at = n.parent_id;
        for (std::size_t step = 0; step < nodes.size() && parents.count(at) != 0 && at != n.node.id; ++step)
            at = parents[at];
        if (at == n.node.id) result.insert(at);
    }
    return result;
}

}  // namespace

TEST_CASE("parents come before children whatever their ids") {
    std::vector<TreeNode> ordered;
    CHECK(order_nodes({node(10, 30), node(20, 0), node(30, 20), node(40, 10)}, ordered) == 0);
    REQUIRE(ordered.size() == 4);
    std::map<std::uint32_t, std::uint32_t> parent_ids;
    for (std::size_t i = 0; i < ordered.size(); ++i) {
        if (ordered[i].parent != no_node) CHECK(ordered[i].parent < i);
        parent_ids[ordered[i].id] = ordered[i].parent == no_node ? 0 : ordered[ordered[i].parent].id;
    }
    CHECK(parent_ids == std::map<std::uint32_t, std::uint32_t>{{10, 30}, {20, 0}, {30, 20}, {40, 10}});
}

TEST_CASE("a link to nowhere, to another thread or to itself is cut") {
    std::vector<TreeNode> ordered;
    CHECK(order_nodes({node(1, 99), node(2, 3, 1), node(3, 0, 2), node(4, 4)}, ordered) == 3);
    for (const TreeNode& n : ordered) CHECK(n.parent == no_node);
}

TEST_CASE("a chain of a million nodes needs no stack") {
    std::vector<LinkedNode> nodes;
    for (std::uint32_t id = 1; id <= 1'000'000; ++id) nodes.push_back(node(id, id == 1'000'000 ? 0 : id + 1));
    std::vector<TreeNode> ordered;
    CHECK(order_nodes(nodes, ordered) == 0);
    CHECK(ordered.front().id == 1'000'000);
    CHECK(ordered.back().id == 1);
}

TEST_CASE("of random links only those that lead nowhere and one per cycle are cut") {
    std::mt19937 random{20240501};
    for (int round = 0; round < 300; ++round) {
        const std::uint32_t count = 1 + random() % 30;
        std::vector<LinkedNode> nodes;
        for (std::uint32_t id = 1; id <= count; ++id) nodes.push_back(node(id, random() % (count + 3)));
        std::vector<TreeNode> ordered;
        const std::uint64_t cut = order_nodes(nodes, ordered);

        const std::set<std::uint32_t> cyclic = ids_on_cycles(nodes);
        std::uint64_t expected_cut = 0;
        for (const LinkedNode& n : nodes) expected_cut += n.parent_id > count;
        REQUIRE(ordered.size() == count);
        std::set<std::uint32_t> seen;
        for (const TreeNode& n : ordered) {
            const std::uint32_t wanted = nodes[n.id - 1].parent_id;
            if (n.parent != no_node) {
                REQUIRE(seen.count(ordered[n.parent].id) == 1);
                REQUIRE(ordered[n.parent].id == wanted);
            } else if (wanted != 0 && wanted <= count) {
                REQUIRE(cyclic.count(n.id) == 1);
                ++expected_cut;
            }
            seen.insert(n.id);
        }
        REQUIRE(cut == expected_cut);
        REQUIRE(seen.size() == count);
    }
}
