#pragma once
// Code of JIT compilers: which of it holds an address, and its id in the recording. What a compiler said of an object
// is kept here, because the object may be gone before the next recording begins; a recording gets it when a sample
// first meets the object, as with code objects and modules.
//
// add() is for one thread at a time, outside handlers. find() is async-signal-safe, on any number of threads.
#include <atomic>
#include <cstdint>

#include "agent/capture/module_table.h"
#include "agent/capture/recording_writer.h"
#include "wire/recording.h"

namespace pyprof::capture {

class JitTable {
public:
    static constexpr std::uint32_t capacity = 8192;          // objects
    static constexpr std::uint32_t memory_bytes = 8u << 20;  // of all records; untouched pages cost nothing

    // Both must live as long as the table. Before anything else.
    void set_up(RecordingWriter& writer, ModuleTable& ids);

    // Whether there is room for a record of so many bytes.
    bool has_room(std::uint32_t bytes);
    // Zeroed memory for the next record; valid, and the same, until add(). Null without room.
    wire::JitRecord* next_record(std::uint32_t bytes);
    // The next record is complete but for `id` and `size`. What lay in its range before is forgotten, unless it says
    // the same. `source` is the caller's mark.
    void add(std::uint32_t bytes, std::uint64_t source);
    // Whether an object with this mark was added. Objects added lately are found first.
    bool knows(std::uint64_t source) const;

    // The id of the newest object with code at `address`; its record is in the recording. 0: none, or it cannot be
    // recorded.
    std::uint32_t find(std::uint64_t address);

    // The function of the newest object around `address`; empty if there is none. Its memory may be gone.
    MemoryRange function_at(std::uint64_t address) const;

    // From here on records go into a new recording. No walk may run meanwhile.
    void reset() { epoch_.fetch_add(1, std::memory_order_relaxed); }

private:
    struct Entry {
        const wire::JitRecord* record;
        std::uint32_t bytes;
        std::uint64_t source;
        std::atomic<bool> is_gone;
        std::atomic<std::uint32_t> id;         // 0: no sample has met it
        std::atomic<std::uint32_t> announced;  // 1 + epoch in whose recording it has a record
    };

    // May be wrong only where it says yes.
    bool may_hold(std::uint64_t address) const {
        return address >= lowest_.load(std::memory_order_relaxed) && address < highest_.load(std::memory_order_relaxed);
    }
    const Entry* entry_at(std::uint64_t address) const;
    bool forget_overlapping(const Entry& fresh);
    std::uint32_t id_of(Entry& entry);
    bool announce(Entry& entry, std::uint32_t id);

    // All members start as zero bits, so that the table costs no file space and no memory before it is used.
    RecordingWriter* writer_ = nullptr;
    ModuleTable* ids_ = nullptr;
    std::byte* memory_ = nullptr;
    std::uint32_t used_ = 0;  // bytes of memory_
    std::atomic<std::uint32_t> epoch_{0};
    std::atomic<std::uint32_t> count_{0};
    std::atomic<std::uint64_t> lowest_{0}, highest_{0};  // addresses that any object has had
    Entry entries_[capacity] = {};
};

}  // namespace pyprof::capture
