#pragma once
// Files that `kernprof -l` writes (.lprof): a pickled LineStats with `timings`, a dictionary from (file, first line,
// name) to lists of (line, hits, time), and `unit`, the seconds of one unit of time (line_profiler 4 and 5).
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace pyprof::tracers {

struct LineCounts {
    std::uint32_t line = 0;
    std::uint64_t hits = 0;
    double time_s = 0;  // of the wall clock, with the functions that the line calls
    friend bool operator==(const LineCounts&, const LineCounts&) = default;
};

struct LineFunction {
    std::string file;
    std::uint32_t first_line = 0;
    std::string name;  // co_name, or qualified
    std::vector<LineCounts> lines;
};

struct LineStatistics {
    std::vector<LineFunction> functions;  // as in the file
};

// The bytes are not trusted, and nothing in them is carried out. An error says what is wrong and what to give instead,
// without the file's name.
Result<LineStatistics> read_line_profiler(std::span<const std::byte> bytes);

}  // namespace pyprof::tracers
