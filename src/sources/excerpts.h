#pragma once
// Parts of source texts: the lines that somebody asks for, with some around them.
#include <cstdint>
#include <string>
#include <vector>

#include "sources/text_files.h"

namespace pyprof::sources {

inline constexpr std::uint32_t lines_around = 25;

struct Excerpt {
    std::string file;          // as the profile names it
    std::uint32_t first_line;  // from 1
    Lines lines;
    bool is_newer = false;  // saved after the run began: it may not be what ran
    friend bool operator==(const Excerpt&, const Excerpt&) = default;
};

// The wanted lines (from 1, in any order) with lines_around lines before and after each, in order and without overlap.
// Lines that `text` has not are left out. A line longer than 1000 bytes ends in "…".
std::vector<Excerpt> excerpts_of(const std::string& file, const Lines& text, std::vector<std::uint32_t> wanted);

// Bytes of their text.
std::size_t size_of(const std::vector<Excerpt>& excerpts);

}  // namespace pyprof::sources
