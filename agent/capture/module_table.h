#pragma once
// The loaded ELF objects that samples have met, and their ids in the recording. Found lazily by address: nothing is
// hooked, and the loader's lock is never taken. Everything but set_up is async-signal-safe and may run on all threads
// at once.
//
// An object loaded again after dlclose, at the same address or another, gets a new id: an entry is compared with what
// the loader says whenever the set of loaded objects may have changed.
#include <atomic>
#include <cstdint>

#include "agent/capture/dl_find.h"
#include "agent/capture/elf_image.h"
#include "agent/capture/load.h"
#include "agent/capture/recording_writer.h"

namespace pyprof::capture {

inline constexpr std::uint32_t max_modules = 4095;  // ids are 12 bits, 0 is none

struct Module {
    std::uint32_t id = 0;              // 0: the table or the recording is full
    std::uint64_t begin = 0, end = 0;  // mapped range
    std::uint64_t bias = 0;
    std::uint64_t eh_frame_header = 0;
    MemoryRange unwind_memory;  // what may be read around .eh_frame_hdr
    ElfImage image;             // usable while the object stays loaded
};

class ModuleTable {
public:
    // `writer` and `executable` (path of the main program, which the loader leaves empty) must live as long as the
    // table. Before the first sample.
    void set_up(RecordingWriter& writer, const char* executable);

    // The loaded object around `address`; its record is in the recording when this returns. False outside all objects.
    bool find(std::uint64_t address, Module& module);

    // Whether the file at `path` is a library that a profile names even if no sample meets it: MPI, linear algebra,
    // thread pools.
    static bool is_notable(const char* path);

    // wire::module_flags of a module whose record was made; 0 for id 0.
    std::uint32_t flags(std::uint64_t id) const { return flags_[id & max_modules].load(std::memory_order_relaxed); }

    // Asks for what every sample reads.
    void expect() const { prefetch(flags_); }

    // An id that no module will get; 0 when there is none left.
    std::uint32_t take_id();

    // An object is about to be unloaded, or may be loaded where another was: call at dlclose and at dlopen, before
    // the loader's work, and where that can be done, after it.
    void objects_changed() {
        generation_.fetch_add(1, std::memory_order_release);
        expect_object_change();
    }
    // From here on records go into a new recording (fork child, next recording after a finished one): every object is
    // recorded again at its next use. No walk may run meanwhile.
    void reset();

    // Whoever remembers what was derived from an address must forget it when this number changes.
    std::uint32_t generation() const { return generation_.load(std::memory_order_acquire); }

private:
    enum class State : std::uint32_t { unused, live, unloaded };
    struct Entry {
        Module module;
        const link_map* map;
        std::uint64_t fingerprint;
        std::atomic<State> state;
        std::atomic<std::uint32_t> verified;   // generation in which the fingerprint was last seen to be right
        std::atomic<std::uint32_t> announced;  // 1 + epoch in whose recording it has a record
    };
    static constexpr std::uint32_t slot_count = 8192;

    std::uint32_t find_live(const FoundObject& found);
    std::uint32_t insert(const FoundObject& found);
    Entry* claim();
    bool is_same(Entry& entry, const FoundObject& found) const;
    void retire_overlapping(const Entry& fresh);
    bool announce(Entry& entry);
    bool append_record(const Entry& entry) const;
    std::uint32_t flags_of(const Entry& entry, const ElfImage& image) const;
    std::uint64_t fingerprint_of(const FoundObject& found) const;
    const char* path_of(const link_map* map) const;
    bool is_executable(const link_map* map) const { return map->l_prev == nullptr && map->l_name[0] == '\0'; }

    // All members start as zero bits, so that the table costs no file space and no memory before it is used.
    RecordingWriter* writer_ = nullptr;
    const char* executable_ = nullptr;
    std::atomic<std::uint32_t> epoch_{0};
    std::atomic<std::uint32_t> last_id_{0};
    std::atomic<std::uint16_t> slots_[slot_count] = {};  // ids, open addressing by begin address; 0: empty
    Entry entries_[max_modules + 1] = {};                // by id
    // Apart from the entries, since every sample asks.
    std::atomic<std::uint32_t> generation_{0};
    std::atomic<std::uint8_t> flags_[max_modules + 1] = {};  // by id
};

}  // namespace pyprof::capture
