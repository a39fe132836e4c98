#pragma once
// Random numbers for moments within a period. Async-signal-safe; one object belongs to one thread.
#include <cstdint>

namespace pyprof::capture {

// xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016).
class Random {
public:
    void seed(std::uint64_t value) { state_ = value * 0x9E3779B97F4A7C15ULL | 1; }

    // Uniform in [0, bound); bound below 2^32.
    std::uint64_t below(std::uint64_t bound) {
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return (state_ * 0x2545F4914F6CDD1DULL >> 32) * bound >> 32;
    }

private:
    std::uint64_t state_ = 1;
};

}  // namespace pyprof::capture
