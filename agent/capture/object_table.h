#pragma once
// Which loaded object holds an address, where glibc cannot say (before 2.35, no _dl_find_object): a copy of the
// loader's list of objects, read through its interface for debuggers (<link.h>, struct r_debug; glibc elf/dl-debug.c).
//
// Everything may run in a signal handler on any thread, and nothing waits. The loader's lock must not be taken there,
// so its list is read by a system call that fails where the memory is gone, and only while the loader says that the
// list is consistent. An entry is looked up again in the list before it is believed, and then for a few milliseconds,
// if nobody expects a change. Objects of other namespaces (dlmopen) are not in the list, nor do prelinked ones say
// where they begin: they are not found.
#include <atomic>
#include <cstdint>
#include <link.h>

#include "agent/capture/dl_find.h"
#include "agent/capture/elf_image.h"

namespace pyprof::capture {

class ObjectTable {
public:
    // `loader` is what ld.so exports as _r_debug, `program` the first object of its list. False if the list cannot be
    // read.
    bool set_up(const r_debug* loader, const ElfImage& program);

    bool is_ready() const { return version_.load(std::memory_order_relaxed) != 0; }

    // False if `address` lies outside every object. A new object is found at the latest a few milliseconds after the
    // loader has listed it.
    bool find(std::uint64_t address, FoundObject& found);

    // Objects are about to be loaded or unloaded, or just were: nothing is believed without another look.
    void expect_change();

    // In a forked child: another thread of the parent may have been at work here.
    void reset();

private:
    // What the loader says of an object: the beginning of struct link_map.
    struct Link {
        std::uint64_t bias, name, dynamic, next, previous;
    };
    struct Entry {
        std::uint64_t begin, end, eh_frame_header;
        std::uint64_t map, bias, dynamic;
    };
    static constexpr std::uint32_t capacity = 2048;
    struct Copy {
        std::uint32_t count;              // entries
        std::uint32_t sorted;             // entries that have addresses
        Entry entries[capacity];          // in the list's order
        std::uint64_t checked[capacity];  // time stamp when the entry was last seen to be right
        std::uint16_t order[capacity];    // entries by address
    };
    // An entry as a reader saw it, and where it keeps its time stamp.
    struct Hit {
        Entry entry;
        std::uint64_t* checked;
    };

    bool search(std::uint64_t address, Hit& hit);
    bool is_right(const Hit& hit) const;
    bool is_listed(const Entry& entry) const;
    bool may_look();
    bool has_news() const;
    bool renew();
    bool copy_list(Copy& copy) const;
    static void append(Copy& copy, const Entry& entry);
    Entry describe(std::uint64_t map, const Link& link) const;
    bool is_consistent() const;

    // Readers use one copy while the other is filled. All members start as zero bits.
    const r_debug* loader_ = nullptr;
    ElfImage program_;
    std::atomic<std::uint32_t> version_{0};  // its lowest bit says which copy is in use
    std::atomic<bool> renewing_{false};
    std::atomic<std::uint64_t> next_look_{0};  // time stamp before which nobody looks for news
    std::atomic<std::uint64_t> changed_{0};    // time stamp of the last expected change
    Copy copies_[2] = {};
};

}  // namespace pyprof::capture
