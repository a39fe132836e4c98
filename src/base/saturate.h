#pragma once
// Sums and products of figures from outside, which stop at the largest value instead of starting again at zero.
// Usable on the signal side.
#include <concepts>
#include <cstdint>
#include <limits>

namespace pyprof {

template <std::unsigned_integral T>
constexpr T saturating_add(T a, T b) {
    T sum{};
    return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<T>::max() : sum;
}

template <std::unsigned_integral T>
constexpr T saturating_multiply(T a, T b) {
    T product{};
    return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<T>::max() : product;
}

// a - b, or 0 where b is larger.
constexpr std::uint64_t difference_or_zero(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; }

}  // namespace pyprof
