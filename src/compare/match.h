#pragma once
// Which traced function is which sampled one.
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "compare/function_key.h"

namespace pyprof::compare {

inline constexpr std::uint32_t unmatched = std::numeric_limits<std::uint32_t>::max();

struct Matches {
    std::vector<std::uint32_t> sampled_of;  // by traced function: the sampled one, or `unmatched`
    std::size_t exact = 0;
    std::size_t by_path = 0;    // the same line and name, in files that end alike
    std::size_t by_name = 0;    // the same file and name at another line: the file was edited between the runs
    std::size_t ambiguous = 0;  // traced functions that could be several sampled ones: they stay apart
};

// Keys of each side are distinct. Equal keys match; of what is left, functions of the same line and name, if the whole
// of one path or two parts of both end alike; then those of the same file and name. Only where each side has one.
Matches match(std::span<const FunctionKey> traced, std::span<const FunctionKey> sampled);

}  // namespace pyprof::compare
