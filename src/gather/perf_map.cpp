#include "gather/perf_map.h"

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wire/decoder.h"

namespace pyprof::gather {
namespace {

constexpr std::size_t max_bytes = 64u << 20;
constexpr std::size_t max_ranges = 1u << 20;
constexpr std::size_t max_name_bytes = 4096;
constexpr std::uint64_t user_space_end = 1ULL << 47;

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

bool is_this_host(const wire::RecordingHeader& header) {
    char name[sizeof header.host] = {};
    return gethostname(name, sizeof name - 1) == 0 && wire::text_of(header.host) == name;
}

bool is_of_process(const struct stat& file, const wire::RecordingHeader& header) {
    return S_ISREG(file.st_mode) && file.st_uid == geteuid() &&
           static_cast<std::uint64_t>(file.st_mtim.tv_sec) >= header.started_realtime_ns / 1'000'000'000;
}

// Read, not mapped: the process may still write it, or somebody shorten it.
std::string content_of(int file) {
    std::string text;
    char part[65536];
    for (ssize_t bytes = 0; text.size() < max_bytes && (bytes = read(file, part, sizeof part)) > 0;)
        text.append(part, static_cast<std::size_t>(bytes));
    return text;
}

}  // namespace

PerfMap::PerfMap(std::string_view text) {
    while (!text.empty() && ranges_.size() < max_ranges) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const std::optional<std::uint64_t> begin = take_number(line);
        const std::optional<std::uint64_t> bytes = begin ? take_number(line) : std::nullopt;
        if (!bytes || line.empty() || *begin >= user_space_end || *bytes == 0 || *bytes > user_space_end) continue;
        put(*begin, *begin + *bytes, line.substr(0, max_name_bytes));
    }
}

void PerfMap::put(std::uint64_t begin, std::uint64_t end, std::string_view name) {
    auto at = ranges_.lower_bound(begin);
    if (at != ranges_.begin()) {
        const auto before = std::prev(at);
        const Range old = before->second;
        before->second.end = std::min(old.end, begin);
        if (old.end > end) ranges_.emplace_hint(at, end, old);
    }
    for (at = ranges_.lower_bound(begin); at != ranges_.end() && at->first < end; at = ranges_.erase(at))
        if (at->second.end > end) ranges_.emplace(end, at->second);
    ranges_[begin] = {end, std::string{name}};
}

PerfMap PerfMap::of(const wire::RecordingHeader& header) {
    if (!is_this_host(header)) return {};
    const std::string path = "/tmp/perf-" + std::to_string(header.pid) + ".map";
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0) return {};
    struct stat what {};
    const bool is_wanted = fstat(file, &what) == 0 && is_of_process(what, header);
    const std::string text = is_wanted ? content_of(file) : std::string{};
    close(file);
    return PerfMap{text};
}

std::string_view PerfMap::name_at(std::uint64_t address) const {
    const auto next = ranges_.upper_bound(address);
    if (next == ranges_.begin()) return {};
    const Range& range = std::prev(next)->second;
    return address < range.end ? std::string_view{range.name} : std::string_view{};
}

}  // namespace pyprof::gather
