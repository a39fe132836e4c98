#pragma once
// Plain loads from memory that readable() has answered for, and a request for memory that needs no answer.
#include <cstdint>

namespace pyprof::capture {

// The T at `address`, which may be unaligned.
template <class T>
T load(std::uint64_t address) {
    static_assert(__is_trivially_copyable(T));
    T value;
    __builtin_memcpy(&value, reinterpret_cast<const void*>(address), sizeof(T));
    return value;
}

// Asks the processor to have the memory at any address at hand soon. Touches nothing. (Not the compiler's builtin:
// functions that do nothing else are taken for ones without effect.)
inline void prefetch(const void* address) {
    __asm__ volatile("prefetcht0 %0" : : "m"(*static_cast<const char*>(address)));
}

inline constexpr std::uint64_t cache_line = 64;  // bytes

inline void prefetch(const void* address, std::uint64_t bytes) {
    const auto* const begin = static_cast<const char*>(address);
    for (std::uint64_t i = 0; i < bytes; i += cache_line) prefetch(begin + i);
}

// Code from `begin` up to `end`. The second level is enough: the data cache runs none.
[[gnu::always_inline]] inline void prefetch_code(const char* begin, const char* end) {
    for (const char* line = begin; line < end; line += cache_line) __asm__ volatile("prefetcht1 %0" : : "m"(*line));
}

inline std::uint64_t load_pointer(std::uint64_t address) { return load<std::uint64_t>(address); }

}  // namespace pyprof::capture
