#include "agent/capture/call_counts.h"

#include <cstring>

#include "agent/capture/syscalls.h"

namespace pyprof::capture {
namespace {

constexpr std::uint32_t first_slots = 64;
constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio

std::uint64_t hash_of(const CallKey& key) {
    const std::uint64_t numbers =
        std::uint64_t{key.ranks} << 16 | std::uint64_t{key.size_class} << 8 | static_cast<std::uint64_t>(key.peer);
    std::uint64_t hash = key.place * golden;
    hash = (hash ^ hash >> 32 ^ reinterpret_cast<std::uint64_t>(key.name)) * golden;
    return ((hash ^ hash >> 32 ^ numbers) * golden) >> 32;
}

}  // namespace

// The slot of the key, or the empty one where it belongs. There is an index, and room in it.
CallCounts::Slot& CallCounts::slot_of(const CallKey& key) const {
    std::uint64_t at = hash_of(key);
    while (index_[at & (slots_ - 1)].row != nullptr && !(index_[at & (slots_ - 1)].key == key)) ++at;
    return index_[at & (slots_ - 1)];
}

wire::CallRow* CallCounts::find(const CallKey& key) const { return slots_ == 0 ? nullptr : slot_of(key).row; }

wire::CallRow* CallCounts::add(Arena& arena, TreeBudget& budget, std::uint32_t thread, const CallKey& key,
                               std::uint64_t place, wire::CallKind kind) {
    if (rows_ == most_rows || (rows_ + 1 > slots_ / 4 * 3 && !grow_index(budget))) return nullptr;
    wire::CallRow* const row = new_row(arena, thread);
    if (row == nullptr) return nullptr;
    std::memcpy(row->name, key.name, strnlen(key.name, sizeof row->name - 1));
    row->ranks = key.ranks;
    row->kind = kind;
    row->peer = key.peer;
    row->size_class = key.size_class;
    row->shortest = ~0ULL;
    std::atomic_ref{row->place}.store(place, std::memory_order_release);
    slot_of(key) = {key, row};
    ++rows_;
    return row;
}

wire::CallRow* CallCounts::new_row(Arena& arena, std::uint32_t thread) {
    wire::ChunkHeader* chunk = last_chunk_ == 0 ? nullptr : arena.chunk(last_chunk_);
    if (chunk == nullptr || chunk->used + sizeof(wire::CallRow) > chunk->bytes) {
        const std::uint32_t fresh = arena.allocate(0, wire::ChunkKind::calls, thread);
        if (fresh == 0) return nullptr;
        (chunk == nullptr ? first_chunk_ : chunk->reserved[0]) = fresh;
        last_chunk_ = fresh;
        chunk = arena.chunk(fresh);
    }
    auto* const row = reinterpret_cast<wire::CallRow*>(reinterpret_cast<std::byte*>(chunk) + chunk->used);
    chunk->used += sizeof(wire::CallRow);
    return row;
}

bool CallCounts::grow_index(TreeBudget& budget) {
    const std::uint32_t slots = slots_ == 0 ? first_slots : 2 * slots_;
    const std::uint64_t bytes = slots * sizeof(Slot);
    auto* const fresh = budget.index_bytes.fetch_add(bytes) + bytes <= budget.index_cap
                            ? static_cast<Slot*>(sys::map_anonymous(bytes))
                            : nullptr;
    if (fresh == nullptr) {
        budget.index_bytes.fetch_sub(bytes);
        return false;
    }
    const CallCounts old = *this;
    index_ = fresh;
    slots_ = slots;
    for (std::uint32_t i = 0; i < old.slots_; ++i)
        if (old.index_[i].row != nullptr) slot_of(old.index_[i].key) = old.index_[i];
    if (old.slots_ != 0) CallCounts{old}.freeze();
    budget_ = &budget;
    return true;
}

std::uint64_t CallCounts::absorb(CallCounts& other, Arena& arena, TreeBudget& budget, std::uint32_t thread) {
    std::uint64_t lost = 0;
    for (std::uint32_t i = 0; i < other.slots_; ++i) {
        const auto& [key, from] = other.index_[i];
        if (from == nullptr) continue;
        wire::CallRow* into = find(key);
        if (into == nullptr) into = add(arena, budget, thread, key, from->place, from->kind);
        if (into == nullptr) {
            lost += from->count;
            continue;
        }
        into->time += from->time;
        into->bytes += from->bytes;
        into->synchronising += from->synchronising;
        into->shortest = from->shortest < into->shortest ? from->shortest : into->shortest;
        into->longest = from->longest > into->longest ? from->longest : into->longest;
        into->count += from->count;
        from->count = 0;  // a process killed here counts one row twice at most
    }
    for (std::uint32_t chunk = other.first_chunk_; chunk != 0;) {
        const std::uint32_t next = arena.chunk(chunk)->reserved[0];
        arena.release(chunk);
        chunk = next;
    }
    other.freeze();
    other.forget();
    return lost;
}

void CallCounts::freeze() {
    if (slots_ == 0) return;
    sys::unmap(index_, slots_ * sizeof(Slot));
    budget_->index_bytes.fetch_sub(slots_ * sizeof(Slot));
    index_ = nullptr;
    slots_ = 0;
    rows_ = most_rows;
}

void CallCounts::forget() { rows_ = first_chunk_ = last_chunk_ = 0; }

}  // namespace pyprof::capture
