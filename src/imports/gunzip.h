#pragma once
// Reads gzip files (RFC 1952) that are not trusted.
#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"

namespace pyprof::imports {

inline constexpr std::size_t most_unpacked_bytes = 1ULL << 30;

bool is_gzip(std::span<const std::byte> bytes);

// All members, one after the other. Fails where they are damaged or cut, or unpack to more than `most`.
Result<std::string> gunzip(std::span<const std::byte> bytes, std::size_t most = most_unpacked_bytes);

}  // namespace pyprof::imports
