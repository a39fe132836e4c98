#include "agent/capture/executable_ranges.h"

#include "agent/capture/memory_maps.h"
#include "agent/capture/syscalls.h"

namespace pyprof::capture {
namespace {

constexpr std::uint64_t shortest_pause_ns = 20'000'000;
constexpr std::uint64_t pause_per_reading = 1000;  // times what a reading took

}  // namespace

constinit ExecutableRanges executable_ranges{};

bool ExecutableRanges::may_hold(std::uint64_t address) {
    if (holds(address)) return true;
    read_if_due();  // or somebody else did since
    return current_.load(std::memory_order_acquire) == 0 || holds(address);
}

void ExecutableRanges::forget() {
    current_.store(0, std::memory_order_relaxed);
    next_ns_.store(0, std::memory_order_relaxed);
    is_reading_.store(false, std::memory_order_relaxed);
}

bool ExecutableRanges::holds(std::uint64_t address) const {
    const std::uint32_t current = current_.load(std::memory_order_acquire);
    if (current == 0) return false;
    const Table& table = tables_[current - 1];
    const std::uint32_t count = table.count.load(std::memory_order_relaxed);
    std::uint32_t first = 0;
    for (std::uint32_t left = count; left > 1;) {
        const std::uint32_t half = left / 2;
        if (table.begin[first + half].load(std::memory_order_relaxed) <= address) first += half;
        left -= half;
    }
    return count != 0 && address >= table.begin[first].load(std::memory_order_relaxed) &&
           address < table.end[first].load(std::memory_order_relaxed);
}

void ExecutableRanges::read_if_due() {
    const std::uint64_t start = sys::monotonic_now();
    if (start < next_ns_.load(std::memory_order_relaxed) || is_reading_.exchange(true, std::memory_order_acquire))
        return;
    const std::uint32_t fresh = current_.load(std::memory_order_relaxed) == 1 ? 1 : 0;
    const bool good = read_into(tables_[fresh]);
    current_.store(good ? fresh + 1 : 0, std::memory_order_release);
    const std::uint64_t end = sys::monotonic_now(), pause = (end - start) * pause_per_reading;
    next_ns_.store(end + (pause < shortest_pause_ns ? shortest_pause_ns : pause), std::memory_order_relaxed);
    is_reading_.store(false, std::memory_order_release);
}

// False if nothing is known afterwards.
bool ExecutableRanges::read_into(Table& table) const {
    MemoryMaps maps;
    if (!maps.is_open()) return false;
    std::uint32_t count = 0;
    std::uint64_t last_end = 0;
    for (MappedRange range; maps.next(range);) {
        if (!range.is_executable) continue;
        if (count != 0 && range.begin == last_end) {
            table.end[count - 1].store(last_end = range.end, std::memory_order_relaxed);
            continue;
        }
        if (count == capacity) return false;
        table.begin[count].store(range.begin, std::memory_order_relaxed);
        table.end[count++].store(last_end = range.end, std::memory_order_relaxed);
    }
    table.count.store(count, std::memory_order_relaxed);
    return count != 0 && !maps.is_too_long();
}

}  // namespace pyprof::capture
