#include "agent/preload/engine.h"

#include "agent/capture/process_state.h"

namespace pyprof::preload {

void seed(capture::Arming& arming, int tid) {
    arming.random = (static_cast<std::uint64_t>(tid) ^ capture::ticks()) * 0x9E3779B97F4A7C15ULL | 1;
    arming.samples_to_change = 0;
}

// xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016).
std::uint64_t random_below(capture::Arming& arming, std::uint64_t bound) {
    std::uint64_t x = arming.random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    arming.random = x;
    return (x * 0x2545F4914F6CDD1DULL >> 32) * bound >> 32;
}

bool phase_ends(capture::Arming& arming) {
    const bool begun = arming.samples_to_change != 0;
    if (begun && --arming.samples_to_change != 0) return false;
    arming.samples_to_change = 8 + static_cast<std::uint32_t>(random_below(arming, 17));
    return begun;
}

}  // namespace pyprof::preload
