#include "report/words.h"

#include <algorithm>
#include <array>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include "base/utf8.h"

namespace pyprof::report {
namespace {

bool is_control(std::uint32_t code) {
    const bool direction =
        code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    const bool separator = code == 0x2028 || code == 0x2029;
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || direction || separator;
}

}  // namespace

std::string utc_time(std::uint64_t realtime_ns) {
    const auto time = static_cast<std::time_t>(realtime_ns / 1'000'000'000);
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(time));
}

std::string duration(std::uint64_t ns) {
    const double s = static_cast<double>(ns) / 1e9;
    if (s >= 3600) return fmt::format("{} h {:02} min", static_cast<int>(s / 3600), static_cast<int>(s / 60) % 60);
    if (s >= 600) return fmt::format("{} min {:02} s", static_cast<int>(s / 60), static_cast<int>(s) % 60);
    if (s >= 100) return fmt::format("{:.0f} s", s);
    if (s >= 10) return fmt::format("{:.1f} s", s);
    if (s >= 1) return fmt::format("{:.2f} s", s);
    if (s >= 1e-3) return fmt::format("{:.3g} ms", s * 1e3);
    if (ns >= 1000) return fmt::format("{:.3g} us", s * 1e6);
    return fmt::format("{} ns", ns);
}

std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ' ');
    return digits;
}

std::string bytes(std::uint64_t number) {
    constexpr std::array<const char*, 4> units = {"KiB", "MiB", "GiB", "TiB"};
    if (number < 1024) return fmt::format("{} B", number);
    double amount = static_cast<double>(number) / 1024;
    std::size_t unit = 0;
    for (; amount >= 1024 && unit + 1 < units.size(); unit++) amount /= 1024;
    return fmt::format("{:.1f} {}", amount, units[unit]);
}

std::string percent(double share) {
    if (share > 0 && share < 0.0005) return "<0.1 %";
    return fmt::format("{:.1f} %", share * 100);
}

std::string counted(std::uint64_t number, const char* thing) {
    return fmt::format("{} {}{}", grouped(number), thing, number == 1 ? "" : "s");
}

double share_of(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string file_name(std::string_view path) { return std::string{path.substr(path.rfind('/') + 1)}; }

std::string place(std::string_view file, std::uint32_t line) {
    if (file.empty()) return "";
    return line == 0 ? file_name(file) : fmt::format("{}:{}", file_name(file), line);
}

std::string words(const std::vector<std::string>& command) {
    std::string result;
    for (const std::string& word : command) result += (result.empty() ? "" : " ") + word;
    return result;
}

std::string printable(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const Utf8Character character = first_character(text);
        if (character.valid && !is_control(character.code)) {
            result += text.substr(0, character.bytes);
        } else {
            result += '?';
        }
        text.remove_prefix(character.bytes);
    }
    return result;
}

std::size_t columns(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    return count;
}

std::string fitted(const std::string& text, std::size_t width, bool unicode) {
    const std::size_t length = columns(text);
    if (length <= width) return text + std::string(width - length, ' ');
    if (width == 0) return "";
    std::string result;
    std::size_t kept = 0;
    for (const char c : text) {
        if ((static_cast<unsigned char>(c) & 0xc0) != 0x80 && ++kept == width) break;
        result += c;
    }
    return result + (unicode ? "…" : "~");
}

std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
    std::vector<std::string> lines(1);
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        const std::string word = text.substr(begin, end - begin);
        const bool starts = lines.back().empty();
        if (!starts && columns(lines.back()) + 1 + columns(word) > width) {
            lines.push_back(word);
        } else {
            lines.back() += (starts ? "" : " ") + word;
        }
        begin = end + 1;
    }
    return lines;
}

}  // namespace pyprof::report
