#pragma once
// The calling context tree as formats of trees want it: siblings with equal frames are one, nodes without any figure
// or moment are left out, and it is no deeper than a reader can take.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "formats/stacks.h"
#include "profile/profile.h"

namespace pyprof::formats {

struct FrameTree {
    struct Node {
        std::uint32_t parent = 0;  // smaller than the node's own number
        std::uint32_t frame = 0;   // of `frames`; of the root none
        std::uint32_t depth = 0;   // the root is 0
    };
    std::vector<Frame> frames;
    std::vector<Node> nodes;                            // in preorder, heavier siblings first; nodes[0] is the root
    std::vector<profile::Value> values;                 // of nodes, sorted by (context, thread); none of the root
    std::vector<std::vector<profile::Value>> measures;  // the same of each measure of the profile
    std::vector<profile::Moment> moments;               // likewise of nodes, in the profile's order
};

inline constexpr std::size_t any_depth = std::numeric_limits<std::size_t>::max();

// What lies below `most_depth` frames is one frame "(deeper frames)" there; figures without a stack are the frame
// "(no stack)". Totals stay as they are.
FrameTree frame_tree(const profile::Profile& profile, Granularity granularity, std::size_t most_depth = any_depth);

// Inclusive figures of all nodes from exclusive ones.
std::vector<std::uint64_t> inclusive(const FrameTree& tree, std::vector<std::uint64_t> exclusive);

// The exclusive weight of every node, from values of the tree.
std::vector<std::uint64_t> exclusive(const FrameTree& tree, const std::vector<profile::Value>& values);

}  // namespace pyprof::formats
