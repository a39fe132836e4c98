#pragma once
// Python's marshal format (Python/marshal.c), versions 2 to 6, as CPython 3 writes what dictionaries, tuples, numbers
// and texts are made of. Code objects and all else that no statistics consist of are refused.
#include <cstddef>
#include <span>

#include "base/result.h"
#include "tracers/document.h"

namespace pyprof::tracers {

inline constexpr std::size_t most_marshal_bytes = std::size_t{1} << 30;
inline constexpr std::size_t deepest_marshal = 64;

// The one value that the bytes hold. Takes memory in proportion to the bytes, whatever these say. Errors name the byte.
Result<Document> read_marshal(std::span<const std::byte> bytes);

}  // namespace pyprof::tracers
