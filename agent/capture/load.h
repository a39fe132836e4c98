#pragma once
// Plain loads from memory that readable() has answered for.
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

inline std::uint64_t load_pointer(std::uint64_t address) { return load<std::uint64_t>(address); }

}  // namespace pyprof::capture
