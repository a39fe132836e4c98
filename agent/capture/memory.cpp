#include "agent/capture/memory.h"

#include <cerrno>
#include <cstring>
#include <sys/syscall.h>

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

}  // namespace

bool readable(std::uint64_t address, std::uint64_t bytes, PageCache& known) {
    if (bytes == 0 || address < page_size || address >= user_space_end || bytes > user_space_end - address)
        return false;
    if (known.trusts(address, bytes)) return true;
    const std::uint64_t last = (address + bytes - 1) >> page_shift;
    for (std::uint64_t page = address >> page_shift; page <= last; ++page) {
        if (known.contains(page)) continue;
        if (!probe(page << page_shift)) return false;
        known.insert(page);
    }
    return true;
}

bool read_bytes(std::uint64_t address, void* target, std::uint64_t bytes, PageCache& known) {
    if (!readable(address, bytes, known)) return false;
    std::memcpy(target, reinterpret_cast<const void*>(address), bytes);
    return true;
}

}  // namespace pyprof::capture
