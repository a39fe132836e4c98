#pragma once
// A profile as one HTML file that shows itself: the viewer with the profile inside, nothing outside.
// docs/formats/html.md
#include <cstddef>
#include <string>

#include "base/result.h"
#include "formats/html_block.h"
#include "profile/profile.h"

namespace pyprof::formats {

// More contexts than this are slow to open; the smallest are folded into their callers, and the page says so.
inline constexpr std::size_t most_page_contexts = 2'000'000;

// The page. Names in the profile may be any bytes: they stand in it compressed and encoded, never as markup.
std::string html_page(const profile::Profile& profile, const PageParts& parts,
                      std::size_t most_contexts = most_page_contexts);

// Writes the page to `path`, whole or not at all.
Status write_html(const profile::Profile& profile, const PageParts& parts, const std::string& path);

}  // namespace pyprof::formats
