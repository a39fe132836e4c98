#pragma once
// Reads of memory that nobody vouches for: heap of the interpreter, stacks of fibres. The kernel is asked whether a
// page can be read, so a bad pointer costs a failed probe and never a fault. Async-signal-safe; errno is left alone.
//
// A page may be unmapped by another thread between probe and read; nothing but a fault handler could close that gap,
// and the agent has none. Callers read only what the interrupted thread itself keeps alive.
#include <cstdint>

namespace pyprof::capture {

inline constexpr std::uint64_t page_shift = 12;  // the smallest page of the machine
inline constexpr std::uint64_t page_size = 1ULL << page_shift;

// Memory known to be readable: pages found so, and one range that needs no asking. Lives for one sample: later the page
// may be gone.
class PageCache {
public:
    void clear() { *this = PageCache{}; }
    // [begin, end) can be read as long as the object lives; for the thread's own stack.
    void trust(std::uint64_t begin, std::uint64_t end) { trusted_begin_ = begin, trusted_end_ = end; }
    bool trusts(std::uint64_t address, std::uint64_t bytes) const {
        return address >= trusted_begin_ && address < trusted_end_ && bytes <= trusted_end_ - address;
    }
    bool contains(std::uint64_t page) const { return pages_[page % slots] == page; }
    void insert(std::uint64_t page) { pages_[page % slots] = page; }

private:
    static constexpr std::uint32_t slots = 32;
    std::uint64_t trusted_begin_ = 0, trusted_end_ = 0;
    std::uint64_t pages_[slots] = {};  // page numbers; page 0 is never readable, so 0 is an empty slot
};

// Whether all of [address, address + bytes) can be read now. One system call (about 140 ns) for each page that `known`
// does not hold. False for empty and for wrapping ranges.
bool readable(std::uint64_t address, std::uint64_t bytes, PageCache& known);

// Copies a T from `address`, which may be unaligned. False, and `value` untouched, if it cannot be read.
template <class T>
bool read(std::uint64_t address, T& value, PageCache& known) {
    static_assert(__is_trivially_copyable(T));
    if (!readable(address, sizeof(T), known)) return false;
    __builtin_memcpy(&value, reinterpret_cast<const void*>(address), sizeof(T));
    return true;
}

// Copies `bytes` bytes from `address`. False if any of them cannot be read; `target` is then untouched.
bool read_bytes(std::uint64_t address, void* target, std::uint64_t bytes, PageCache& known);

}  // namespace pyprof::capture
