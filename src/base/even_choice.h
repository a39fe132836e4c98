#pragma once
// One of every 2^shift things that come one after the other, at a random place in its group: things that take turns,
// such as samples of several threads, are all met alike, which every 2^shift-th thing would not do. The same choice
// every time. Usable on the signal side.
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace pyprof {

// The place of the chosen one in group `group`, in [0, 2^shift); `shift` below 64.
constexpr std::uint64_t even_choice(std::uint64_t group, unsigned shift) {
    std::uint64_t bits = group + shift * 0x9E3779B97F4A7C15ULL;  // splitmix64 (Steele, Lea and Flood, 2014)
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9ULL;
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EBULL;
    return (bits ^ bits >> 31) & ((std::uint64_t{1} << shift) - 1);
}

// Keeps the chosen one of every 2^shift, in their order; of the last group only if it is there.
template <class Thing>
void keep_evenly(std::vector<Thing>& things, unsigned shift) {
    std::size_t kept = 0;
    for (std::size_t group = 0; group << shift < things.size(); ++group) {
        const std::size_t chosen = (group << shift) + even_choice(group, shift);
        if (chosen < things.size()) things[kept++] = std::move(things[chosen]);
    }
    things.erase(things.begin() + static_cast<std::ptrdiff_t>(kept), things.end());
}

}  // namespace pyprof
