#pragma once
// Which function of one run is which of the other.
#include <cstdint>
#include <vector>

#include "diff/side.h"

namespace pyprof::diff {

// Places in the two sides' functions; one of them may be `none`.
struct Pair {
    std::uint32_t before = profile::none, after = profile::none;
};

// Equal keys first. Of the rest those with the same name in a file of the same name, then those with the same name
// anywhere, where no other function of the rest on either side could be meant: paths differ between checkouts and
// installations, and functions move between files. Every function with a value is in one pair.
std::vector<Pair> match(const Side& before, const Side& after);

// The line of the function after that stands where `line` of the function before stood, and the other way round: the
// same distance from the first line, if each is one function whose first line is known; else the same number.
std::int64_t lines_moved(const FunctionSum& before, const FunctionSum& after);

}  // namespace pyprof::diff
