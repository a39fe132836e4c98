#include "wire/node_order.h"

#include <algorithm>

namespace pyprof::wire {
namespace {

// Position in `nodes` of each node's parent, no_node for roots and links to nowhere.
std::vector<std::uint32_t> find_parents(const std::vector<LinkedNode>& nodes, std::uint64_t& cut) {
    std::vector<std::uint32_t> parents(nodes.size(), no_node);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const std::uint32_t wanted = nodes[i].parent_id;
        if (wanted == 0) continue;
        const auto found = std::lower_bound(nodes.begin(), nodes.end(), wanted,
                                            [](const LinkedNode& n, std::uint32_t id) { return n.node.id < id; });
        const bool exists = found != nodes.end() && found->node.id == wanted;
        if (exists && found->node.thread == nodes[i].node.thread) {
            parents[i] = static_cast<std::uint32_t>(found - nodes.begin());
        } else {
            ++cut;
        }
    }
    return parents;
}

}  // namespace

std::uint64_t order_nodes(const std::vector<LinkedNode>& nodes, std::vector<TreeNode>& ordered) {
    std::uint64_t cut = 0;
    std::vector<std::uint32_t> parents = find_parents(nodes, cut);
    constexpr std::uint32_t unseen = no_node, on_path = no_node - 1;
    std::vector<std::uint32_t> place(nodes.size(), unseen);  // in `ordered`
    std::vector<std::uint32_t> path;                         // from a node up to the first one already placed
    ordered.reserve(nodes.size());
    for (std::uint32_t start = 0; start < nodes.size(); ++start) {
        for (std::uint32_t at = start; at != no_node && place[at] == unseen; at = parents[at]) {
            place[at] = on_path;
            path.push_back(at);
        }
        while (!path.empty()) {
            const std::uint32_t at = path.back();
            path.pop_back();
            TreeNode node = nodes[at].node;
            const std::uint32_t parent = parents[at];
            const bool cycle = parent != no_node && place[parent] == on_path;
            if (cycle) ++cut;
            node.parent = parent == no_node || cycle ? no_node : place[parent];
            place[at] = static_cast<std::uint32_t>(ordered.size());
            ordered.push_back(node);
        }
    }
    return cut;
}

}  // namespace pyprof::wire
