#include "agent/capture/call_tree.h"

#include "agent/capture/syscalls.h"

namespace pyprof::capture {
namespace {

constexpr std::uint32_t first_index_slots = 1024;  // one page

constexpr std::uint32_t root_path = 0;
constexpr std::uint32_t most_attached = 0xffffffff;  // of one node: eight months at 199 Hz

std::uint32_t path_below(std::uint32_t path, std::uint64_t key) {
    std::uint64_t h = (key ^ (std::uint64_t{path} << 17)) * 0x9E3779B97F4A7C15ULL;
    h ^= h >> 29;
    h *= 0xBF58476D1CE4E5B9ULL;
    return static_cast<std::uint32_t>(h >> 32);
}

}  // namespace

void CallTree::start(Arena& arena, TreeBudget& budget, std::uint32_t tree, std::uint64_t root_key) {
    arena_ = &arena;
    budget_ = &budget;
    tree_ = tree;
    root_ = 0;
    first_chunk_ = last_chunk_ = next_class_ = 0;
    previous_count_ = 0;
    root_ = insert(0, root_key, root_path);
}

[[gnu::hot]] std::uint32_t CallTree::find(std::uint32_t parent, std::uint64_t key, std::uint32_t path) const {
    if (index_ == nullptr) return 0;
    for (std::uint32_t slot = path & index_mask_;; slot = (slot + 1) & index_mask_) {
        const std::uint32_t id = index_[slot];
        if (id == 0) return 0;
        const wire::Node* node = arena_->node(id);
        if (node->key == key && node->parent == parent) return id;
    }
}

std::uint32_t CallTree::child(std::uint32_t parent, std::uint64_t key, std::uint32_t path) {
    const std::uint32_t found = find(parent, key, path);
    return found != 0 ? found : insert(parent, key, path);
}

// 0 when the cap is reached.
[[gnu::hot]] std::uint32_t CallTree::insert(std::uint32_t parent, std::uint64_t key, std::uint32_t path) {
    if ((index_used_ + 1) * 2 > index_mask_ && !grow_index()) return 0;
    wire::ChunkHeader* chunk = last_chunk_ == 0 ? nullptr : arena_->chunk(last_chunk_);
    if (chunk == nullptr || chunk->used + stride() > chunk->bytes) {
        if (!grow_nodes()) return 0;
        chunk = arena_->chunk(last_chunk_);
    }
    const std::uint32_t id = (last_chunk_ + chunk->used) / wire::node_bytes;
    wire::Node* node = arena_->node(id);
    node->parent = parent;
    node->path = path;
    std::atomic_ref{node->key}.store(key, std::memory_order_release);
    chunk->used += stride();
    remember(id);
    return id;
}

bool CallTree::grow_nodes() {
    const std::uint32_t chunk = arena_->allocate(next_class_, wire::ChunkKind::nodes, tree_);
    if (chunk == 0) return false;
    if (next_class_ + 1 < chunk_classes) ++next_class_;
    if (last_chunk_ != 0)
        arena_->chunk(last_chunk_)->reserved[0] = chunk;
    else
        first_chunk_ = chunk;
    last_chunk_ = chunk;
    return true;
}

void CallTree::remember(std::uint32_t id) {
    std::uint32_t slot = arena_->node(id)->path & index_mask_;
    while (index_[slot] != 0) slot = (slot + 1) & index_mask_;
    index_[slot] = id;
    ++index_used_;
}

bool CallTree::grow_index() {
    const std::uint32_t slots = index_ == nullptr ? first_index_slots : (index_mask_ + 1) * 2;
    const std::uint64_t bytes = std::uint64_t{slots} * sizeof(std::uint32_t);
    if (budget_->index_bytes.fetch_add(bytes) + bytes > budget_->index_cap) {
        budget_->index_bytes.fetch_sub(bytes);
        return index_ != nullptr && index_used_ + 1 < index_mask_ - index_mask_ / 8;  // fuller is slower, not wrong
    }
    auto* fresh = static_cast<std::uint32_t*>(sys::map_anonymous(bytes));
    if (fresh == nullptr) {
        budget_->index_bytes.fetch_sub(bytes);
        return false;
    }
    std::uint32_t* old = index_;
    const std::uint32_t old_slots = old == nullptr ? 0 : index_mask_ + 1;
    index_ = fresh;
    index_mask_ = slots - 1;
    index_used_ = 0;
    for (std::uint32_t i = 0; i < old_slots; ++i)
        if (old[i] != 0) remember(old[i]);
    if (old != nullptr) {
        sys::unmap(old, std::uint64_t{old_slots} * sizeof(std::uint32_t));
        budget_->index_bytes.fetch_sub(std::uint64_t{old_slots} * sizeof(std::uint32_t));
    }
    return true;
}

// Asks for the slots of all frames below `depth`.
void CallTree::expect_children(const MergedStack& stack, std::uint32_t depth, std::uint32_t path) const {
    for (; depth < stack.count; ++depth) {
        path = path_below(path, stack.keys[stack.count - 1 - depth]);
        prefetch(&index_[path & index_mask_]);
    }
}

[[gnu::hot]] CallTree::Leaf CallTree::descend(const MergedStack& stack) {
    std::uint32_t depth = 0;
    while (depth < stack.count && depth < previous_count_ &&
           previous_[depth].key == stack.keys[stack.count - 1 - depth])
        ++depth;
    std::uint32_t node = depth == 0 ? root_ : previous_[depth - 1].node;
    std::uint32_t path = depth == 0 ? root_path : previous_[depth - 1].path;
    previous_count_ = depth;
    expect_children(stack, depth, path);
    for (; depth < stack.count; ++depth) {
        const std::uint64_t key = stack.keys[stack.count - 1 - depth];
        path = path_below(path, key);
        const std::uint32_t next = node == 0 ? 0 : child(node, key, path);
        if (next == 0) return {node, false};
        node = next;
        previous_[depth] = {key, node, path};
        previous_count_ = depth + 1;
    }
    return {node, true};
}

std::uint32_t CallTree::step(std::uint32_t node, std::uint64_t key) {
    const std::uint32_t next = node == 0 ? 0 : child(node, key, path_below(arena_->node(node)->path, key));
    return next == 0 ? node : next;
}

[[gnu::hot]] void CallTree::charge(std::uint32_t id, std::uint32_t samples, std::uint64_t expiries,
                                   std::uint64_t attached) {
    if (id == 0) return;
    wire::Node* node = arena_->node(id);
    node->samples += samples;
    const std::uint64_t sum = node->attached + attached;
    node->attached = sum < most_attached ? static_cast<std::uint32_t>(sum) : most_attached;
    std::atomic_ref{node->expiries}.store(node->expiries + expiries, std::memory_order_relaxed);
}

void CallTree::charge_extra(std::uint32_t id, std::uint32_t metric, std::uint64_t amount) {
    if (id == 0 || amount == 0) return;
    std::uint64_t& value = wire::extras_of(*arena_->node(id))[metric];
    std::atomic_ref{value}.store(value + amount, std::memory_order_relaxed);
}

// A node is emptied right after it was added: a process killed in between counts one node twice at most.
void CallTree::move_weight(wire::Node& from, std::uint32_t target) {
    charge(target, from.samples, from.expiries, from.attached);
    from.samples = 0;
    from.expiries = 0;
    from.attached = 0;
    for (std::uint32_t metric = 0; metric < budget_->extra_metrics; ++metric) {
        charge_extra(target, metric, wire::extras_of(from)[metric]);
        wire::extras_of(from)[metric] = 0;
    }
}

// Parents come before their children in the order of the chunks, so one pass suffices.
void CallTree::absorb(CallTree& other) {
    for (std::uint32_t offset = other.first_chunk_; offset != 0; offset = arena_->chunk(offset)->reserved[0]) {
        const wire::ChunkHeader* chunk = arena_->chunk(offset);
        for (std::uint32_t at = sizeof(wire::ChunkHeader); at + stride() <= chunk->used; at += stride()) {
            wire::Node* node = arena_->node((offset + at) / wire::node_bytes);
            const bool is_root = node->parent == 0;
            // Where the cap is reached, the deepest ancestor takes it.
            const std::uint32_t target = is_root ? root_ : step(arena_->node(node->parent)->moved_to, node->key);
            move_weight(*node, target);
            node->moved_to = target;
        }
    }
}

std::uint32_t CallTree::moved_to(const Arena& arena, std::uint32_t id, std::uint32_t tree) {
    if (id == 0) return 0;
    // The chunk of a node is found by its header's magic, going down page by page; chunks are small.
    std::uint32_t offset = id * wire::node_bytes / wire::page_bytes * wire::page_bytes;
    while (offset >= wire::recording_header_bytes && arena.chunk(offset)->magic != wire::chunk_magic)
        offset -= wire::page_bytes;
    if (offset < wire::recording_header_bytes || arena.chunk(offset)->tree != tree) return id;
    return arena.node(id)->moved_to;
}

void CallTree::discard() {
    for (std::uint32_t offset = first_chunk_; offset != 0;) {
        const std::uint32_t next = arena_->chunk(offset)->reserved[0];
        arena_->release(offset);
        offset = next;
    }
    freeze();
    forget();
}

void CallTree::freeze() {
    if (index_ != nullptr) {
        const std::uint64_t bytes = (std::uint64_t{index_mask_} + 1) * sizeof(std::uint32_t);
        sys::unmap(index_, bytes);
        budget_->index_bytes.fetch_sub(bytes);
    }
    index_ = nullptr;
    index_mask_ = index_used_ = 0;
    previous_count_ = 0;
}

void CallTree::forget() {
    root_ = 0;
    first_chunk_ = last_chunk_ = next_class_ = 0;
    previous_count_ = 0;
}

}  // namespace pyprof::capture
