#include "agent/capture/object_table.h"

#include <cstring>
#include <sys/uio.h>

#include "agent/capture/syscalls.h"

namespace pyprof::capture {
namespace {

constexpr std::uint64_t look_interval = 10'000'000;  // time stamps: 2 to 5 ms
constexpr std::uint32_t max_headers = 128;

// Copies memory of this process that may be unmapped at any moment. False, where a plain read would fault.
bool copy_memory(std::uint64_t address, void* into, std::uint64_t bytes) {
    const iovec from{reinterpret_cast<void*>(address), bytes};
    const iovec to{into, bytes};
    return sys::call(SYS_process_vm_readv, sys::get_pid(), sys::word(&to), 1, sys::word(&from), 1, 0) ==
           static_cast<long>(bytes);
}

template <class T>
bool copy(std::uint64_t address, T& value) {
    return copy_memory(address, &value, sizeof value);
}

// Entries may be overwritten while they are read; the version tells afterwards.
template <class Word>
Word peek(const Word& word) {
    return __atomic_load_n(&word, __ATOMIC_RELAXED);
}
template <class Word>
void poke(Word& word, Word value) {
    __atomic_store_n(&word, value, __ATOMIC_RELAXED);
}

struct Extent {
    std::uint64_t begin = ~0ULL, end = 0, eh_frame_header = 0;

    // `bias` is added as to every address of the file.
    void add(const Elf64_Phdr& header, std::uint64_t bias) {
        const std::uint64_t from = bias + header.p_vaddr;
        if (header.p_type == PT_GNU_EH_FRAME) eh_frame_header = from;
        if (header.p_type != PT_LOAD) return;
        constexpr std::uint64_t page = 4096;
        if (from / page * page < begin) begin = from / page * page;
        if (from + header.p_memsz > end) end = from + header.p_memsz;
    }
};

Extent extent_of(std::uint64_t headers, std::uint32_t count, std::uint64_t bias) {
    Extent extent;
    Elf64_Phdr some[16];
    for (std::uint32_t done = 0; done < count;) {
        const std::uint32_t now = count - done < 16 ? count - done : 16;
        if (!copy_memory(headers + done * sizeof(Elf64_Phdr), some, now * sizeof(Elf64_Phdr))) return {};
        for (std::uint32_t i = 0; i < now; ++i) extent.add(some[i], bias);
        done += now;
    }
    return extent;
}

// Of an object whose ELF header is the first thing that is mapped, as linkers lay it out.
Extent extent_from_header(std::uint64_t begin) {
    Elf64_Ehdr header;
    if (!copy(begin, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
        header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum > max_headers)
        return {};
    return extent_of(begin + header.e_phoff, header.e_phnum, begin);
}

}  // namespace

bool ObjectTable::set_up(const r_debug* loader, const ElfImage& program) {
    loader_ = loader;
    program_ = program;
    reset();
    return renew();
}

void ObjectTable::expect_change() {
    changed_.store(__builtin_ia32_rdtsc(), std::memory_order_relaxed);
    next_look_.store(0, std::memory_order_relaxed);
}

void ObjectTable::reset() {
    renewing_.store(false, std::memory_order_relaxed);
    expect_change();
}

bool ObjectTable::find(std::uint64_t address, FoundObject& found) {
    if (!is_ready()) return false;
    constexpr int max_tries = 3;
    for (int tries = 0; tries < max_tries; ++tries) {
        Hit hit;
        const bool known = search(address, hit);
        if (known && is_right(hit)) {
            const Entry& entry = hit.entry;
            found = {entry.begin, entry.end, entry.eh_frame_header, reinterpret_cast<const link_map*>(entry.map)};
            return true;
        }
        if (!known && (!may_look() || !has_news())) return false;
        if (!renew()) return false;
    }
    return false;
}

// A reader that was disturbed by two renewals has found nothing.
bool ObjectTable::search(std::uint64_t address, Hit& hit) {
    const std::uint32_t version = version_.load(std::memory_order_acquire);
    Copy& copied = copies_[version % 2];
    std::uint32_t low = 0, high = peek(copied.sorted);  // the entries before `low` begin at `address` or below
    while (low < high) {
        const std::uint32_t middle = (low + high) / 2;
        if (peek(copied.entries[peek(copied.order[middle])].begin) <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0) return false;
    const std::uint32_t index = peek(copied.order[low - 1]);
    const Entry& entry = copied.entries[index];
    hit.entry = {peek(entry.begin), peek(entry.end),  peek(entry.eh_frame_header),
                 peek(entry.map),   peek(entry.bias), peek(entry.dynamic)};
    hit.checked = &copied.checked[index];
    std::atomic_thread_fence(std::memory_order_acquire);
    return address >= hit.entry.begin && address < hit.entry.end && version_.load(std::memory_order_relaxed) == version;
}

bool ObjectTable::is_right(const Hit& hit) const {
    const std::uint64_t now = __builtin_ia32_rdtsc();
    const std::uint64_t checked = peek(*hit.checked);
    if (checked > changed_.load(std::memory_order_relaxed) && now - checked < look_interval) return true;
    if (!is_listed(hit.entry)) return false;
    poke(*hit.checked, now);
    return true;
}

// Whether the object is the one that was copied and its neighbours in the list know it. The loader leaves the links of
// an object that it takes out of the list as they were, but not its neighbours'.
bool ObjectTable::is_listed(const Entry& entry) const {
    Link link, neighbour;
    if (!copy(entry.map, link) || link.bias != entry.bias || link.dynamic != entry.dynamic) return false;
    if (link.next != 0) return copy(link.next, neighbour) && neighbour.previous == entry.map;
    return link.previous == 0 || (copy(link.previous, neighbour) && neighbour.next == entry.map);
}

bool ObjectTable::may_look() {
    const std::uint64_t now = __builtin_ia32_rdtsc();
    std::uint64_t due = next_look_.load(std::memory_order_relaxed);
    return now >= due && next_look_.compare_exchange_strong(due, now + look_interval, std::memory_order_relaxed);
}

// New objects are listed last. Of a list longer than the table the rest is never known.
bool ObjectTable::has_news() const {
    const Copy& copied = copies_[version_.load(std::memory_order_acquire) % 2];
    const std::uint32_t count = peek(copied.count);
    if (count >= capacity) return false;
    if (count == 0) return true;
    const Entry& last = copied.entries[count - 1];
    const Entry entry{0, 0, 0, peek(last.map), peek(last.bias), peek(last.dynamic)};
    Link link;
    return !is_listed(entry) || !copy(entry.map, link) || link.next != 0;
}

// False if the loader, or another thread here, is at work.
bool ObjectTable::renew() {
    if (renewing_.exchange(true, std::memory_order_acquire)) return false;
    const std::uint32_t next = version_.load(std::memory_order_relaxed) + 1;
    std::atomic_thread_fence(std::memory_order_release);
    const bool is_good = is_consistent() && copy_list(copies_[next % 2]) && is_consistent();
    if (is_good) version_.store(next, std::memory_order_release);
    renewing_.store(false, std::memory_order_release);
    return is_good;
}

bool ObjectTable::copy_list(Copy& copied) const {
    poke(copied.count, 0U);
    poke(copied.sorted, 0U);
    Link link;
    for (auto map = reinterpret_cast<std::uint64_t>(loader_->r_map); map != 0 && copied.count < capacity;
         map = link.next) {
        if (!copy(map, link)) return false;
        append(copied, describe(map, link));
    }
    return copied.count != 0;
}

void ObjectTable::append(Copy& copied, const Entry& entry) {
    const std::uint32_t index = copied.count;
    Entry& into = copied.entries[index];
    poke(into.begin, entry.begin);
    poke(into.end, entry.end);
    poke(into.eh_frame_header, entry.eh_frame_header);
    poke(into.map, entry.map);
    poke(into.bias, entry.bias);
    poke(into.dynamic, entry.dynamic);
    poke(copied.checked[index], std::uint64_t{0});
    poke(copied.count, index + 1);
    if (entry.begin >= entry.end) return;
    std::uint32_t at = copied.sorted;
    for (; at > 0 && copied.entries[copied.order[at - 1]].begin > entry.begin; --at)
        poke(copied.order[at], copied.order[at - 1]);
    poke(copied.order[at], static_cast<std::uint16_t>(index));
    poke(copied.sorted, copied.sorted + 1);
}

// An object whose extent cannot be had holds no address.
ObjectTable::Entry ObjectTable::describe(std::uint64_t map, const Link& link) const {
    const auto program_headers = static_cast<std::uint32_t>(program_.end() - program_.begin());
    const Extent extent = link.previous == 0 ? extent_of(reinterpret_cast<std::uint64_t>(program_.begin()),
                                                         program_headers, program_.bias())
                                             : extent_from_header(link.bias);
    return {extent.begin, extent.end, extent.eh_frame_header, map, link.bias, link.dynamic};
}

bool ObjectTable::is_consistent() const {
    return __atomic_load_n(&loader_->r_state, __ATOMIC_ACQUIRE) == r_debug::RT_CONSISTENT;
}

}  // namespace pyprof::capture
