#pragma once
// Python's pickle format (Lib/pickle.py), protocols 2 to 5, as far as an object of plain values uses it. Nothing is
// ever imported, called or made: an object is a sequence of its class's name and the states it was given.
#include <cstddef>
#include <span>

#include "base/result.h"
#include "tracers/document.h"

namespace pyprof::tracers {

inline constexpr std::size_t most_pickle_bytes = std::size_t{1} << 30;
inline constexpr std::size_t deepest_pickle = 64;

// Whether the bytes begin as a pickle does; no file of marshal does.
bool is_pickle(std::span<const std::byte> bytes);

// The one value that the bytes hold. Takes memory in proportion to the bytes, whatever these say. Errors name the byte.
Result<Document> read_pickle(std::span<const std::byte> bytes);

}  // namespace pyprof::tracers
