#pragma once
// The data block of a page, as docs/formats/html.md describes it, before it is compressed.
#include <cstddef>
#include <string>

#include "profile/profile.h"

namespace pyprof::formats {

// At most `most_contexts` contexts; the block says what was folded.
std::string html_block(const profile::Profile& profile, std::size_t most_contexts);

}  // namespace pyprof::formats
