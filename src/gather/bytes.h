#pragma once
// A gathered tree as bytes: what travels between ranks and what a gathered file holds. docs/formats/gathered.md is
// the specification. Plain functions; not for the signal side.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "gather/tree.h"

namespace pyprof::gather {

inline constexpr std::uint64_t gathered_magic = 0x31485441'47505950;  // "PYPGATH1" as little-endian bytes
inline constexpr std::uint32_t gathered_version = 2;
inline constexpr std::uint32_t first_gathered_version_with_moments = 2;

// `tree` must keep what tree.h promises (order of values, parents before children).
std::string serialise(const Tree& tree);

// Whatever the bytes are, the result keeps what tree.h promises. Sections that are damaged or missing are left out, a
// stand-in named "(lost)" or the root takes what refers to them, and a note says so: no weight is lost unless the
// values themselves are. Fails where nothing can be kept: no gathered tree, a newer version, cut within the head.
Result<Tree> parse(std::span<const std::byte> bytes);

// Whether these are the first bytes of a gathered tree.
bool is_gathered(std::span<const std::byte> bytes);

}  // namespace pyprof::gather
