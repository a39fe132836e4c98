#include "sources/excerpts.h"

#include <algorithm>

namespace pyprof::sources {
namespace {

constexpr std::size_t longest_line = 1000;

// At most so many bytes, and no character in half.
std::string shortened(const std::string& line) {
    if (line.size() <= longest_line) return line;
    std::size_t end = longest_line;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) end--;
    return line.substr(0, end) + "…";
}

}  // namespace

std::vector<Excerpt> excerpts_of(const std::string& file, const Lines& text, std::vector<std::uint32_t> wanted) {
    std::ranges::sort(wanted);
    std::vector<Excerpt> excerpts;
    std::uint32_t next = 1;  // the first line that is in no excerpt
    for (const std::uint32_t line : wanted) {
        if (line == 0 || line > text.size()) continue;
        const std::uint32_t begin = std::max(next, line > lines_around ? line - lines_around : 1);
        const auto end = static_cast<std::uint32_t>(std::min<std::size_t>(text.size(), line + lines_around));
        if (begin > next || excerpts.empty()) excerpts.push_back({file, begin, {}});
        for (std::uint32_t at = begin; at <= end; at++) excerpts.back().lines.push_back(shortened(text[at - 1]));
        next = std::max(next, end + 1);
    }
    return excerpts;
}

std::size_t size_of(const std::vector<Excerpt>& excerpts) {
    std::size_t bytes = 0;
    for (const Excerpt& excerpt : excerpts)
        for (const std::string& line : excerpt.lines) bytes += line.size() + 1;
    return bytes;
}

}  // namespace pyprof::sources
