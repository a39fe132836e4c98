#include "agent/cpython/thread_local.h"

namespace pyprof::cpython {
namespace {

constexpr std::uint64_t unallocated = ~0ULL;

struct VectorEntry {
    std::uint64_t block, to_free;
};

std::uint64_t thread_pointer() {
    std::uint64_t value;
    __asm__("movq %%fs:0, %0" : "=r"(value));
    return value;
}

// The block of a loaded object in the calling thread, 0 if there is none.
std::uint64_t block_of(std::uint64_t module) {
    const VectorEntry* vector;
    __asm__ volatile("movq %%fs:8, %0" : "=r"(vector));
    if (module == 0 || module > vector[-1].block) return 0;
    const std::uint64_t block = vector[module].block;
    return block == unallocated ? 0 : block;
}

}  // namespace

std::uint64_t ThreadLocal::load() const {
    if (place == Place::none) return 0;
    const std::uint64_t base = place == Place::thread_pointer ? thread_pointer() : block_of(module);
    if (base == 0) return 0;
    std::uint64_t value;
    __builtin_memcpy(&value, reinterpret_cast<const void*>(base + static_cast<std::uint64_t>(offset)), sizeof value);
    return value;
}

}  // namespace pyprof::cpython
