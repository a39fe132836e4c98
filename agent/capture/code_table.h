#pragma once
// Which code objects the recording already knows. The address alone does not identify one: nearly every freed code
// object's address is used again, so the key is the address and a fingerprint of what the object says (its version
// number where there is one; else its names and their ends, line table, size, flags).
//
// Lock-free and async-signal-safe; any number of threads. Two threads that meet the same object at the same moment may
// both append a record; one id wins, the other record stays unused.
#include <atomic>
#include <cstdint>

#include "agent/capture/load.h"
#include "agent/capture/memory.h"
#include "agent/capture/recording_writer.h"
#include "agent/capture/running_task.h"
#include "agent/cpython/layout.h"

namespace pyprof::capture {

class CodeTable {
public:
    static constexpr std::uint32_t capacity = 32768;

    // Everything that a different code object at the same address is sure to say otherwise. code.basic_size bytes at
    // `code` must be readable. Its texts, where it has no version, are read without a probe if it is kept alive.
    static std::uint64_t fingerprint(std::uint64_t code, const cpython::PythonLayout& layout, PageCache& known,
                                     bool is_kept_alive);

    // The wire id of the code object at `code`, of which code.basic_size bytes are readable, by its fingerprint. At
    // first sight its names and line table are appended as a wire::CodeRecord; the id is known to others only after
    // that record is committed. 0: the table or the recording is full.
    std::uint32_t id_of(std::uint64_t code, std::uint64_t fingerprint, const cpython::PythonLayout& layout,
                        RecordingWriter& writer, PageCache& known);

    // The wire id of a task of this name, likewise. 0 also where there are too many names already: programs may make
    // one for each request that they serve.
    std::uint32_t id_of_task(const TaskName& name, RecordingWriter& writer);

    // Whoever remembers ids must forget them when this number changes.
    std::uint32_t epoch() const { return epoch_.load(std::memory_order_acquire); }
    // Asks for what every sample reads.
    void expect() const { prefetch(&epoch_); }

    // Forgets everything, for a new recording or in a forked child. No other thread may be inside id_of().
    void reset();

private:
    template <class Append>
    std::uint32_t find_or_append(std::uint64_t hash, Append append_record);
    std::uint32_t append_task(const TaskName& name, RecordingWriter& writer);
    std::uint32_t append(std::uint64_t code, const cpython::PythonLayout& layout, RecordingWriter& writer,
                         PageCache& known);

    static constexpr std::uint32_t most_tasks = 1024;
    static constexpr std::uint32_t slot_count = 2 * capacity;  // at most half full, so probes stay short
    // Tag (40 bits) << 24 | id; 0 is an empty slot. Tag and slot index come from one 64-bit hash.
    std::atomic<std::uint64_t> slots_[slot_count] = {};
    std::atomic<std::uint32_t> used_ids_{0};
    std::atomic<std::uint32_t> tasks_{0};
    std::atomic<std::uint32_t> epoch_{0};  // counts resets
};

}  // namespace pyprof::capture
