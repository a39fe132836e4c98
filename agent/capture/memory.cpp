#include "agent/capture/memory.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <sys/uio.h>

#include "agent/capture/syscalls.h"

namespace pyprof::capture {
namespace {

constexpr std::uint64_t user_space_end = 1ULL << 47;  // x86-64 with four-level page tables; nothing of ours lies above

// rt_sigprocmask copies the new mask in before it looks at `how`: an invalid `how` gives EINVAL for a readable address
// and EFAULT for another, and changes nothing. (Linux kernel/signal.c; the idea is Abseil's.)
bool probe(std::uint64_t address) {
    constexpr std::uint64_t mask_bytes = 8;
    long result = SYS_rt_sigprocmask;
    register std::uint64_t size asm("r10") = mask_bytes;
    asm volatile("syscall" : "+a"(result) : "D"(~0L), "S"(address), "d"(0L), "r"(size) : "rcx", "r11", "memory");
    return result == -EINVAL;
}

bool ask_readable(std::uint64_t address, std::uint64_t bytes, PageCache& known) {
    if (bytes == 0 || address < page_size || address >= user_space_end || bytes > user_space_end - address)
        return false;
    const std::uint64_t last = (address + bytes - 1) >> page_shift;
    for (std::uint64_t page = address >> page_shift; page <= last; ++page) {
        if (known.contains(page)) continue;
        const bool good = known.copies() != nullptr ? known.copies()->of(page) != nullptr : probe(page << page_shift);
        if (!good) return false;
        known.insert(page);
    }
    return true;
}

PageCopies shared_copies;
std::atomic<bool> shared_copies_taken{false};

}  // namespace

bool copy_from_memory(std::uint64_t address, void* into, std::size_t bytes) {
    const iovec from{reinterpret_cast<void*>(address), bytes};
    const iovec to{into, bytes};
    return sys::call(SYS_process_vm_readv, sys::get_pid(), sys::word(&to), 1, sys::word(&from), 1, 0) ==
           static_cast<long>(bytes);
}

const std::byte* PageCopies::of(std::uint64_t page) {
    for (std::uint32_t i = 0; i < count_; ++i)
        if (pages_[i] == page) return bytes_[i];
    if (count_ == capacity) return nullptr;
    if (!copy_from_memory(page << page_shift, bytes_[count_], page_size)) return nullptr;
    pages_[count_] = page;
    return bytes_[count_++];
}

SharedCopies::SharedCopies()
    : copies_{shared_copies_taken.exchange(true, std::memory_order_acquire) ? nullptr : &shared_copies} {
    if (copies_ != nullptr) copies_->clear();
}

SharedCopies::~SharedCopies() {
    if (copies_ != nullptr) shared_copies_taken.store(false, std::memory_order_release);
}

void SharedCopies::forget() { shared_copies_taken.store(false); }

void PageCache::copy_copies(void* target, std::uint64_t address, std::uint64_t bytes) const {
    auto* to = static_cast<std::byte*>(target);
    while (bytes != 0) {
        const std::uint64_t at = address % page_size;
        const std::uint64_t here = bytes < page_size - at ? bytes : page_size - at;
        const std::byte* page = copies_->of(address >> page_shift);
        if (page != nullptr)
            std::memcpy(to, page + at, here);
        else
            std::memset(to, 0, here);
        to += here;
        address += here;
        bytes -= here;
    }
}

[[gnu::hot]] bool readable(std::uint64_t address, std::uint64_t bytes, PageCache& known) {
    return (bytes != 0 && known.trusts(address, bytes)) || ask_readable(address, bytes, known);
}

bool read_bytes(std::uint64_t address, void* target, std::uint64_t bytes, PageCache& known) {
    if (!readable(address, bytes, known)) return false;
    known.copy(target, address, bytes);
    return true;
}

}  // namespace pyprof::capture
