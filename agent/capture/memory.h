#pragma once
// Reads of memory that nobody vouches for: heap of the interpreter, stacks of fibres. The kernel is asked whether a
// page can be read, so a bad pointer costs a failed probe and never a fault. Async-signal-safe; errno is left alone.
//
// A page may be unmapped by another thread between probe and read; nothing but a fault handler could close that gap,
// and the agent has none. So callers read only what the interrupted thread itself keeps alive. Whoever looks at a
// thread that may go on meanwhile reads copies of pages instead, which the kernel makes.
#include <cstddef>
#include <cstdint>

namespace pyprof::capture {

inline constexpr std::uint64_t page_shift = 12;  // the smallest page of the machine
inline constexpr std::uint64_t page_size = 1ULL << page_shift;

// Copies memory that another thread may unmap meanwhile: the kernel does it, so what is gone is no fault. False if not
// all of it could be read.
bool copy_from_memory(std::uint64_t address, void* into, std::size_t bytes);

// Pages as they were when they were first asked for. Used by one thread at a time; some of them take much memory.
class PageCopies {
public:
    static constexpr std::uint32_t capacity = 128;

    void clear() { count_ = 0; }
    // Its content; null if it cannot be read, or if there are as many copies as there can be.
    const std::byte* of(std::uint64_t page);

private:
    std::uint32_t count_ = 0;
    std::uint64_t pages_[capacity];
    std::byte bytes_[capacity][page_size];
};

// The copies that handlers of all threads share, for as long as the object lives: too much for each to have its own.
// There is no waiting: who comes second does without.
class SharedCopies {
public:
    SharedCopies();
    ~SharedCopies();
    SharedCopies(const SharedCopies&) = delete;
    SharedCopies& operator=(const SharedCopies&) = delete;

    PageCopies* get() const { return copies_; }  // empty at first; null while another thread has them
    static void forget();                        // in the child of a fork: whoever had them is not there

private:
    PageCopies* copies_;
};

// Memory known to be readable: pages found so, and three ranges that need no asking. Lives for one sample: later the
// page may be gone.
class PageCache {
public:
    PageCache() = default;
    // Reads copies only; nothing is trusted.
    explicit PageCache(PageCopies& copies) : copies_{&copies} {}

    void clear() { *this = PageCache{}; }
    // [begin, end) can be read as long as the object lives; for the thread's own stack.
    void trust(std::uint64_t begin, std::uint64_t end) { stack_ = {begin, end}; }
    // Likewise; for the interpreter's stack of its frames.
    void trust_data_stack(std::uint64_t begin, std::uint64_t end) { data_stack_ = {begin, end}; }
    // Likewise; for the innermost frame's code object.
    void trust_code(std::uint64_t begin, std::uint64_t end) { code_ = {begin, end}; }
    bool trusts(std::uint64_t address, std::uint64_t bytes) const {
        return stack_.holds(address, bytes) || data_stack_.holds(address, bytes) || code_.holds(address, bytes);
    }
    bool contains(std::uint64_t page) const { return pages_[page % slots] == page; }
    PageCopies* copies() const { return copies_; }

    // Bytes that readable() has answered for, at any alignment.
    void copy(void* target, std::uint64_t address, std::uint64_t bytes) const {
        if (copies_ != nullptr) return copy_copies(target, address, bytes);
        __builtin_memcpy(target, reinterpret_cast<const void*>(address), bytes);
    }
    template <class T>
    T load(std::uint64_t address) const {
        static_assert(__is_trivially_copyable(T));
        if (copies_ != nullptr) return load_copy<T>(address);
        T value;
        __builtin_memcpy(&value, reinterpret_cast<const void*>(address), sizeof(T));
        return value;
    }
    void insert(std::uint64_t page) { pages_[page % slots] = page; }

private:
    void copy_copies(void* target, std::uint64_t address, std::uint64_t bytes) const;
    // Apart, so that values read from memory itself stay in registers.
    template <class T>
    [[gnu::cold]] T load_copy(std::uint64_t address) const {
        T value;
        copy_copies(&value, address, sizeof(T));
        return value;
    }

    static constexpr std::uint32_t slots = 32;
    struct Range {
        std::uint64_t begin = 0, end = 0;
        bool holds(std::uint64_t address, std::uint64_t bytes) const {
            return address >= begin && address < end && bytes <= end - address;
        }
    };
    PageCopies* copies_ = nullptr;
    Range stack_, data_stack_, code_;
    std::uint64_t pages_[slots] = {};  // page numbers; page 0 is never readable, so 0 is an empty slot
};

// Whether all of [address, address + bytes) can be read now. One system call (about 140 ns) for each page that `known`
// does not hold. False for empty and for wrapping ranges.
bool readable(std::uint64_t address, std::uint64_t bytes, PageCache& known);

// Copies a T from `address`, which may be unaligned. False, and `value` untouched, if it cannot be read.
template <class T>
[[gnu::hot]] bool read(std::uint64_t address, T& value, PageCache& known) {
    static_assert(__is_trivially_copyable(T));
    if (!readable(address, sizeof(T), known)) return false;
    value = known.load<T>(address);
    return true;
}

// Copies `bytes` bytes from `address`. False if any of them cannot be read; `target` is then untouched.
bool read_bytes(std::uint64_t address, void* target, std::uint64_t bytes, PageCache& known);

}  // namespace pyprof::capture
