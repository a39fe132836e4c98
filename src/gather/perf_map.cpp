#include "gather/perf_map.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "gather/process_file.h"

namespace pyprof::gather {
namespace {

constexpr std::size_t max_bytes = 64u << 20;
constexpr std::size_t max_ranges = 1u << 20;
constexpr std::size_t max_name_bytes = 4096;

// The hexadecimal number at the start of `line`, with or without 0x, and the blanks after it, which are taken off.
std::optional<std::uint64_t> take_number(std::string_view& line) {
    if (line.starts_with("0x") || line.starts_with("0X")) line.remove_prefix(2);
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(line.data(), line.data() + line.size(), value, 16);
    if (problem != std::errc{}) return std::nullopt;
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
    if (blanks == 0) return std::nullopt;
    line.remove_prefix(blanks);
    return value;
}

}  // namespace

PerfMap::PerfMap(std::string_view text) {
    while (!text.empty() && names_.size() < max_ranges) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const std::optional<std::uint64_t> begin = take_number(line);
        const std::optional<std::uint64_t> bytes = begin ? take_number(line) : std::nullopt;
        if (!bytes || line.empty()) continue;
        ranges_.put(*begin, *bytes, static_cast<std::uint32_t>(names_.size()));
        names_.emplace_back(line.substr(0, max_name_bytes));
    }
}

PerfMap PerfMap::of(const wire::RecordingHeader& header) {
    const std::string path = "/tmp/perf-" + std::to_string(header.pid) + ".map";
    return PerfMap{content_of_process(path, header, max_bytes)};
}

std::string_view PerfMap::name_at(std::uint64_t address) const {
    const auto found = ranges_.at(address);
    return found ? std::string_view{names_[found->code]} : std::string_view{};
}

}  // namespace pyprof::gather
