#include "agent/capture/jit_table.h"

#include <cstddef>
#include <cstring>

#include "agent/capture/syscalls.h"

namespace pyprof::capture {
namespace {

// Records are equal from here on: before it stand size, kind and id, which the recording sets.
constexpr std::uint32_t compared_from = offsetof(wire::JitRecord, function_count);

bool says_the_same(const wire::JitRecord& one, const wire::JitRecord& other, std::uint32_t bytes) {
    const auto content = [](const wire::JitRecord& record) {
        return reinterpret_cast<const std::byte*>(&record) + compared_from;
    };
    return std::memcmp(content(one), content(other), bytes - compared_from) == 0;
}

bool holds(const wire::JitRecord& record, std::uint64_t address) {
    return address >= record.begin && address < record.end;
}

}  // namespace

void JitTable::set_up(RecordingWriter& writer, ModuleTable& ids) {
    writer_ = &writer;
    ids_ = &ids;
}

bool JitTable::has_room(std::uint32_t bytes) {
    if (memory_ == nullptr) memory_ = static_cast<std::byte*>(sys::map_anonymous(memory_bytes));
    return memory_ != nullptr && bytes <= memory_bytes - used_ && count_.load(std::memory_order_relaxed) < capacity;
}

wire::JitRecord* JitTable::next_record(std::uint32_t bytes) {
    return has_room(bytes) ? reinterpret_cast<wire::JitRecord*>(memory_ + used_) : nullptr;
}

void JitTable::add(std::uint32_t bytes, std::uint64_t source) {
    const std::uint32_t count = count_.load(std::memory_order_relaxed);
    Entry& entry = entries_[count];
    entry.record = reinterpret_cast<const wire::JitRecord*>(memory_ + used_);
    entry.bytes = bytes;
    entry.source = source;
    if (!forget_overlapping(entry)) {
        std::memset(memory_ + used_, 0, bytes);
        return;
    }
    used_ += bytes;
    if (count == 0 || entry.record->begin < lowest_.load(std::memory_order_relaxed))
        lowest_.store(entry.record->begin, std::memory_order_relaxed);
    if (entry.record->end > highest_.load(std::memory_order_relaxed))
        highest_.store(entry.record->end, std::memory_order_relaxed);
    count_.store(count + 1, std::memory_order_release);
}

// False if an object that is known says the same: nothing is new.
bool JitTable::forget_overlapping(const Entry& fresh) {
    bool changed = false;
    for (std::uint32_t i = 0; i < count_.load(std::memory_order_relaxed); ++i) {
        Entry& old = entries_[i];
        if (old.is_gone.load(std::memory_order_relaxed) || old.record->begin >= fresh.record->end ||
            fresh.record->begin >= old.record->end)
            continue;
        if (old.bytes == fresh.bytes && says_the_same(*old.record, *fresh.record, fresh.bytes)) {
            old.source = fresh.source;
            return false;
        }
        old.is_gone.store(true, std::memory_order_release);
        changed = true;
    }
    if (changed) ids_->objects_changed();  // walks remember ids
    return true;
}

bool JitTable::knows(std::uint64_t source) const {
    for (std::uint32_t i = count_.load(std::memory_order_relaxed); i-- > 0;)
        if (entries_[i].source == source) return true;
    return false;
}

const JitTable::Entry* JitTable::entry_at(std::uint64_t address) const {
    for (std::uint32_t i = count_.load(std::memory_order_acquire); i-- > 0 && may_hold(address);) {
        const Entry& entry = entries_[i];
        if (holds(*entry.record, address) && !entry.is_gone.load(std::memory_order_acquire)) return &entry;
    }
    return nullptr;
}

std::uint32_t JitTable::find(std::uint64_t address) {
    const Entry* const entry = entry_at(address);
    return entry == nullptr ? 0 : id_of(entries_[entry - entries_]);
}

MemoryRange JitTable::function_at(std::uint64_t address) const {
    const Entry* const entry = entry_at(address);
    if (entry == nullptr) return {};
    const auto* functions = reinterpret_cast<const wire::JitFunction*>(entry->record + 1);
    for (std::uint32_t i = 0; i < entry->record->function_count; ++i) {
        const std::uint64_t begin = entry->record->begin + functions[i].offset;
        if (address >= begin && address < begin + functions[i].bytes) return {begin, begin + functions[i].bytes};
    }
    return {};
}

// Two threads may meet an object at once: one id wins, the other stays unused.
std::uint32_t JitTable::id_of(Entry& entry) {
    std::uint32_t id = entry.id.load(std::memory_order_acquire);
    if (id == 0) {
        const std::uint32_t own = ids_->take_id();
        if (entry.id.compare_exchange_strong(id, own, std::memory_order_acq_rel)) id = own;
    }
    return id != 0 && announce(entry, id) ? id : 0;
}

bool JitTable::announce(Entry& entry, std::uint32_t id) {
    const std::uint32_t wanted = epoch_.load(std::memory_order_relaxed) + 1;
    std::uint32_t announced = entry.announced.load(std::memory_order_relaxed);
    if (announced == wanted) return true;
    if (!entry.announced.compare_exchange_strong(announced, wanted, std::memory_order_acq_rel)) return true;
    auto* const record = static_cast<wire::JitRecord*>(writer_->reserve(entry.bytes));
    if (record == nullptr) {
        entry.announced.store(announced, std::memory_order_relaxed);
        return false;
    }
    std::memcpy(reinterpret_cast<std::byte*>(record) + compared_from,
                reinterpret_cast<const std::byte*>(entry.record) + compared_from, entry.bytes - compared_from);
    record->header.kind = wire::RecordKind::jit;
    record->id = id;
    writer_->commit(record, entry.bytes);
    return true;
}

}  // namespace pyprof::capture
