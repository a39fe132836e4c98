#include "agent/capture/unloading.h"

#include <atomic>

#include "agent/capture/syscalls.h"

namespace pyprof::capture {
namespace {

constexpr std::uint64_t longest_wait_ns = 20'000'000;

constinit std::atomic<std::uint32_t> readers{0};
constinit std::atomic<std::uint32_t> unloads{0};

}  // namespace

// Each side writes its own counter before it reads the other's: at least one of the two sees the other.
ObjectReader::ObjectReader() {
    readers.fetch_add(1, std::memory_order_seq_cst);
    may_read_ = unloads.load(std::memory_order_seq_cst) == 0;
}

ObjectReader::~ObjectReader() { readers.fetch_sub(1, std::memory_order_release); }

void begin_unload() {
    unloads.fetch_add(1, std::memory_order_seq_cst);
    if (readers.load(std::memory_order_seq_cst) == 0) return;
    const std::uint64_t deadline = sys::monotonic_now() + longest_wait_ns;
    while (readers.load(std::memory_order_seq_cst) != 0 && sys::monotonic_now() < deadline) sys::call(SYS_sched_yield);
}

// A fork in the middle of an unload has set the counter back.
void end_unload() {
    std::uint32_t seen = unloads.load(std::memory_order_relaxed);
    while (seen != 0 && !unloads.compare_exchange_weak(seen, seen - 1, std::memory_order_release)) {
    }
}

void reset_unloads() {
    readers.store(0, std::memory_order_relaxed);
    unloads.store(0, std::memory_order_relaxed);
}

}  // namespace pyprof::capture
