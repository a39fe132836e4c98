#pragma once
// How reports write figures and names.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pyprof::report {

// "2026-11-21T10:00:00Z" of a time since 1970.
std::string utc_time(std::uint64_t realtime_ns);

// "12.3 s", "45.6 ms", "1 h 02 min": three digits, the unit a reader would take.
std::string duration(std::uint64_t ns);

// "1 234 567", "64.0 MiB", "12.3 %" ("<0.1 %" for what would round to nothing), "1.25×".
std::string grouped(std::uint64_t number);
std::string bytes(std::uint64_t number);
std::string percent(double share);

// "1 rank", "4 ranks".
std::string counted(std::uint64_t number, const char* thing);

double share_of(std::uint64_t part, std::uint64_t whole);  // 0 of nothing

// The last part of a path.
std::string file_name(std::string_view path);

// "solver.py:42", "solver.py" without a line, "" without a file.
std::string place(std::string_view file, std::uint32_t line);

// The words of a command, with a space between.
std::string words(const std::vector<std::string>& command);

// Safe on a terminal: UTF-8 without control characters, escape sequences or changes of writing direction, which become
// '?'. Bytes that are not UTF-8 do too.
std::string printable(std::string_view text);

// Columns that printable text takes, one per character.
std::size_t columns(std::string_view text);

// Text of exactly `width` columns: filled up with spaces, or cut and ended with "…" ("~" in ASCII style).
std::string fitted(const std::string& text, std::size_t width, bool unicode);

// Text broken between words into lines of at most `width` columns, or more where a word is longer.
std::vector<std::string> wrapped(const std::string& text, std::size_t width);

}  // namespace pyprof::report
