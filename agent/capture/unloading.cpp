#include "agent/capture/unloading.h"

#include "agent/capture/syscalls.h"

namespace pyprof::capture {
namespace {

constexpr std::uint64_t longest_wait_ns = 20'000'000;
constexpr std::uint64_t longest_wait_for_visitors_ns = 2'000'000'000;
constexpr std::uint64_t pause_ns = 50'000;  // a thread of higher priority lets others run only while it sleeps

constinit std::atomic<std::uint32_t> readers{0};
constinit std::atomic<std::uint32_t> visitors{0};
constinit std::atomic<std::uint32_t> unloads{0};

bool is_zero_within(const std::atomic<std::uint32_t>& count, std::uint64_t wait_ns) {
    if (count.load(std::memory_order_seq_cst) == 0) return true;
    const timespec pause = sys::to_timespec(pause_ns);
    const std::uint64_t deadline = sys::monotonic_now() + wait_ns;
    while (count.load(std::memory_order_seq_cst) != 0) {
        if (sys::monotonic_now() >= deadline) return false;
        sys::call(SYS_nanosleep, sys::word(&pause));
    }
    return true;
}

}  // namespace

// Each side writes its own counter before it reads the other's: at least one of the two sees the other.
ObjectReader::ObjectReader(std::atomic<std::uint32_t>& of_kind) : readers_{of_kind} {
    readers_.fetch_add(1, std::memory_order_seq_cst);
    may_read_ = unloads.load(std::memory_order_seq_cst) == 0;
}

ObjectReader::ObjectReader() : ObjectReader{readers} {}
ObjectReader::ObjectReader(Visitor) : ObjectReader{visitors} {}

ObjectReader::~ObjectReader() { readers_.fetch_sub(1, std::memory_order_release); }

bool begin_unload() {
    unloads.fetch_add(1, std::memory_order_seq_cst);
    is_zero_within(readers, longest_wait_ns);
    return is_zero_within(visitors, longest_wait_for_visitors_ns);
}

// A fork in the middle of an unload has set the counter back.
void end_unload() {
    std::uint32_t seen = unloads.load(std::memory_order_relaxed);
    while (seen != 0 && !unloads.compare_exchange_weak(seen, seen - 1, std::memory_order_release)) {
    }
}

void reset_unloads() {
    readers.store(0, std::memory_order_relaxed);
    visitors.store(0, std::memory_order_relaxed);
    unloads.store(0, std::memory_order_relaxed);
}

}  // namespace pyprof::capture
