#pragma once
// The data block of a page, as docs/formats/html.md describes it, before it is compressed.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/html_difference.h"
#include "profile/profile.h"
#include "sources/excerpts.h"

namespace pyprof::formats {

// What a page shows when it is opened; the reader may choose others.
struct Opening {
    std::optional<std::int32_t> rank{};  // none: all
    std::string metric{};                // empty: the profile's first
};

// What a page shows besides the profile.
struct PageParts {
    std::vector<std::string> findings;
    std::vector<sources::Excerpt> sources;
    Opening opening{};
    nlohmann::json comparison{};                 // what a tracing profiler counted, or null
    std::optional<PageDifference> difference{};  // where the profile is the later one of two runs
};

// At most `most_contexts` contexts; the block says what was folded.
std::string html_block(const profile::Profile& profile, const PageParts& parts, std::size_t most_contexts);

}  // namespace pyprof::formats
