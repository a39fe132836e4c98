#pragma once
// One thread's calling context tree, kept in chunks of the recording and updated in place. One writer at a time: the
// thread's own handler, or (for the tree of ended threads) whoever holds its lock. Nothing allocates on the heap; the
// index of children lies in memory mapped for it, counted against the cap.
#include <atomic>
#include <cstdint>

#include "agent/capture/arena.h"
#include "agent/capture/load.h"
#include "agent/capture/merged_stack.h"

namespace pyprof::capture {

// What all trees of a process share.
struct TreeBudget {
    std::atomic<std::uint64_t> index_bytes{0};  // memory in child indexes
    std::uint64_t index_cap = 0;
    std::uint32_t extra_metrics = 0;  // values that follow each node
};

class CallTree {
public:
    // `tree` is the index of the owning thread record; `root_key` the key of its root node.
    void start(Arena& arena, TreeBudget& budget, std::uint32_t tree, std::uint64_t root_key);
    bool started() const { return root_ != 0; }
    std::uint32_t root() const { return root_; }

    struct Leaf {
        std::uint32_t node;  // the context itself, or its deepest existing ancestor; 0 if there is not even a root
        bool complete;       // false: the cap was reached on the way
    };
    // The node of a stack (leaf first), made where it is missing.
    Leaf descend(const MergedStack& stack);
    void expect(std::uint32_t count) const { prefetch(previous_, count * sizeof previous_[0]); }
    // The child of a node, made where it is missing; the node itself where the cap is reached.
    std::uint32_t step(std::uint32_t node, std::uint64_t key);
    // Charges a node; `samples` 0 for expiries that no stack was taken for. So many of the expiries found the thread
    // attached to the interpreter.
    void charge(std::uint32_t node, std::uint32_t samples, std::uint64_t expiries, std::uint64_t attached = 0);
    // Adds to the node's value of an extra metric, below TreeBudget::extra_metrics.
    void charge_extra(std::uint32_t node, std::uint32_t metric, std::uint64_t amount);

    // Adds every node of `other` below the root of this tree and leaves `other` without weight. For each folded node
    // its new id is left in Node::moved_to until `discard`.
    void absorb(CallTree& other);
    // New id of a node that was absorbed; `id` itself if it belongs to another tree.
    static std::uint32_t moved_to(const Arena& arena, std::uint32_t id, std::uint32_t tree);
    // Gives chunks and index back.
    void discard();
    // Gives the index back but keeps the nodes; the tree can no longer grow.
    void freeze();
    // Forgets everything without touching the recording (it is gone or belongs to somebody else).
    void forget();

private:
    // `path` is that of the child.
    std::uint32_t child(std::uint32_t parent, std::uint64_t key, std::uint32_t path);
    std::uint32_t find(std::uint32_t parent, std::uint64_t key, std::uint32_t path) const;
    void expect_children(const MergedStack& stack, std::uint32_t depth, std::uint32_t path) const;
    std::uint32_t insert(std::uint32_t parent, std::uint64_t key, std::uint32_t path);
    void move_weight(wire::Node& from, std::uint32_t target);
    std::uint32_t stride() const { return wire::node_stride(budget_->extra_metrics); }
    bool grow_index();
    bool grow_nodes();
    void remember(std::uint32_t node);

    Arena* arena_ = nullptr;
    TreeBudget* budget_ = nullptr;
    std::uint32_t tree_ = 0;
    std::uint32_t root_ = 0;
    std::uint32_t first_chunk_ = 0, last_chunk_ = 0;  // chained by ChunkHeader::reserved[0]
    std::uint32_t next_class_ = 0;
    // Node ids, by open addressing from Node::path: where a node's slot is depends on keys alone, so that the slots of
    // a whole stack can be on their way from memory at once.
    std::uint32_t* index_ = nullptr;
    std::uint32_t index_mask_ = 0, index_used_ = 0;
    // The previous stack, root first: most samples differ from it near the leaf only.
    struct Step {
        std::uint64_t key;
        std::uint32_t node, path;
    };
    std::uint32_t previous_count_ = 0;
    Step previous_[max_merged_frames];
};

}  // namespace pyprof::capture
