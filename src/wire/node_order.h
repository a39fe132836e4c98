#pragma once
// Turns the parent links of a file, which nobody vouches for, into an order in which parents come before their
// children. Node ids say nothing about it: chunks are reused.
#include <cstdint>
#include <vector>

#include "wire/decoder.h"

namespace pyprof::wire {

struct LinkedNode {
    TreeNode node;            // `parent` not set yet
    std::uint32_t parent_id;  // 0: a root
};

// Appends `nodes` (ascending unique ids) to the empty `ordered` with their parents set. A link to a node that does
// not exist or belongs to another thread, or that closes a cycle, is cut: the node then stands at the top.
// Returns how many were cut. Needs no stack space for deep trees.
std::uint64_t order_nodes(const std::vector<LinkedNode>& nodes, std::vector<TreeNode>& ordered);

}  // namespace pyprof::wire
