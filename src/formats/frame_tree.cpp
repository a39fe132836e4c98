#include "formats/frame_tree.h"

#include <algorithm>
#include <map>
#include <utility>

#include "profile/sums.h"

namespace pyprof::formats {
namespace {

using profile::Profile;
using profile::Value;
using Node = FrameTree::Node;

// Nodes in the order in which contexts ask for them, so callers before what they call.
class Builder {
public:
    Builder(const Profile& profile, const Frames& frames, std::size_t most_depth)
        : profile_{profile}, frames_{frames}, most_depth_{most_depth} {
        tree_.frames = frames.all();
        tree_.nodes.push_back({});
    }

    FrameTree build() {
        std::vector<std::uint32_t> node_of(profile_.contexts.size());
        for (std::uint32_t i = 1; i < node_of.size(); i++)
            node_of[i] = below(node_of[profile_.contexts[i].parent], profile_.contexts[i].location);
        tree_.values = moved(profile_.values, node_of);
        for (const profile::Measure& measure : profile_.measures)
            tree_.measures.push_back(moved(measure.values, node_of));
        tree_.moments = profile_.moments;
        for (profile::Moment& moment : tree_.moments) moment.context = node_at(moment.context, node_of);
        return std::move(tree_);
    }

private:
    std::uint32_t below(std::uint32_t parent, std::uint32_t location) {
        const std::size_t depth = tree_.nodes[parent].depth;
        if (depth > most_depth_) return parent;  // that is "(deeper frames)" already
        return child(parent, depth == most_depth_ ? own_frame("(deeper frames)") : frames_.of_location(location));
    }

    std::uint32_t child(std::uint32_t parent, std::uint32_t frame) {
        const auto [known, is_new] = numbers_.try_emplace({parent, frame}, tree_.nodes.size());
        if (is_new) tree_.nodes.push_back({parent, frame, tree_.nodes[parent].depth + 1});
        return known->second;
    }

    std::uint32_t own_frame(const char* name) {
        const auto [known, is_new] = own_frames_.try_emplace(name, tree_.frames.size());
        if (is_new) tree_.frames.push_back(Frame{.name = name, .domain = profile::Domain::os});
        return known->second;
    }

    std::uint32_t node_at(std::uint32_t context, const std::vector<std::uint32_t>& node_of) {
        return context == 0 ? child(0, own_frame("(no stack)")) : node_of[context];
    }

    std::vector<Value> moved(std::vector<Value> values, const std::vector<std::uint32_t>& node_of) {
        for (Value& value : values) value.context = node_at(value.context, node_of);
        return profile::sorted_sums(std::move(values));
    }

    const Profile& profile_;
    const Frames& frames_;
    std::size_t most_depth_;
    FrameTree tree_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> numbers_;
    std::map<std::string, std::uint32_t> own_frames_;
};

// Whether a node or anything below it has a figure.
std::vector<bool> wanted_nodes(const FrameTree& tree) {
    std::vector<bool> wanted(tree.nodes.size());
    const auto want = [&](const std::vector<Value>& values) {
        for (const Value& value : values) wanted[value.context] = true;
    };
    want(tree.values);
    std::ranges::for_each(tree.measures, want);
    for (const profile::Moment& moment : tree.moments) wanted[moment.context] = true;
    wanted[0] = true;
    for (std::size_t i = wanted.size() - 1; i > 0; i--)
        if (wanted[i]) wanted[tree.nodes[i].parent] = true;
    return wanted;
}

// The wanted nodes in preorder, heavier siblings first.
std::vector<std::uint32_t> preorder(const FrameTree& tree) {
    const std::vector<bool> wanted = wanted_nodes(tree);
    const std::vector<std::uint64_t> weights = inclusive(tree, exclusive(tree, tree.values));
    std::vector<std::vector<std::uint32_t>> children(tree.nodes.size());
    for (std::uint32_t i = 1; i < tree.nodes.size(); i++)
        if (wanted[i]) children[tree.nodes[i].parent].push_back(i);
    std::vector<std::uint32_t> order, pending{0};
    while (!pending.empty()) {
        const std::uint32_t node = pending.back();
        pending.pop_back();
        order.push_back(node);
        std::ranges::stable_sort(children[node], {}, [&](std::uint32_t child) { return weights[child]; });
        pending.insert(pending.end(), children[node].begin(), children[node].end());
    }
    return order;
}

FrameTree reordered(FrameTree tree, const std::vector<std::uint32_t>& order) {
    std::vector<std::uint32_t> number(tree.nodes.size());
    std::vector<Node> nodes;
    for (const std::uint32_t old : order) {
        number[old] = static_cast<std::uint32_t>(nodes.size());
        nodes.push_back(tree.nodes[old]);
        nodes.back().parent = number[nodes.back().parent];
    }
    tree.nodes = std::move(nodes);
    const auto renumber = [&](std::vector<Value>& values) {
        for (Value& value : values) value.context = number[value.context];
        values = profile::sorted_sums(std::move(values));
    };
    renumber(tree.values);
    std::ranges::for_each(tree.measures, renumber);
    for (profile::Moment& moment : tree.moments) moment.context = number[moment.context];
    return tree;
}

}  // namespace

FrameTree frame_tree(const Profile& profile, Granularity granularity, std::size_t most_depth) {
    const Frames frames{profile, granularity};
    FrameTree tree = Builder{profile, frames, most_depth}.build();
    const std::vector<std::uint32_t> order = preorder(tree);
    return reordered(std::move(tree), order);
}

std::vector<std::uint64_t> inclusive(const FrameTree& tree, std::vector<std::uint64_t> exclusive) {
    for (std::size_t i = exclusive.size() - 1; i > 0; i--) exclusive[tree.nodes[i].parent] += exclusive[i];
    return exclusive;
}

std::vector<std::uint64_t> exclusive(const FrameTree& tree, const std::vector<Value>& values) {
    std::vector<std::uint64_t> weights(tree.nodes.size());
    for (const Value& value : values) weights[value.context] += value.weight;
    return weights;
}

}  // namespace pyprof::formats
