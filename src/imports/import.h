#pragma once
// A profile of a file that another program wrote.
#include <cstddef>
#include <optional>
#include <span>

#include "base/result.h"
#include "imports/collapsed.h"
#include "profile/profile.h"

namespace pyprof::imports {

enum class Format { pprof, cprofile, collapsed };

// What the bytes look like: pprof where they are compressed or a message, cProfile's where they are marshal's, else
// text.
Format format_of(std::span<const std::byte> bytes);

// The bytes are not trusted. An error says what is wrong and what to give instead, without the file's name.
Result<profile::Profile> import_profile(std::span<const std::byte> bytes, Format format, const CollapsedUnits& units);

}  // namespace pyprof::imports
