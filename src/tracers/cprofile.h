#pragma once
// Files that `python -m cProfile -o FILE` and Profile.dump_stats write, of CPython 3: marshal of one dictionary from
// (file, first line, name) to (primitive calls, calls, self, total, callers), where callers maps such keys to (calls,
// primitive calls, self, total), in this other order, or, by the module profile, to a number of calls
// (Lib/cProfile.py, create_stats; Lib/profile.py).
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace pyprof::tracers {

// Seconds are of the timer that the program gave to cProfile; without one, of the wall clock.
struct Counts {
    std::uint64_t calls = 0;            // resumed generators are called anew
    std::uint64_t primitive_calls = 0;  // not from the function itself
    double self_s = 0;
    double total_s = 0;  // recursion counted once
    friend bool operator==(const Counts&, const Counts&) = default;
};

struct CallerCounts {
    std::uint32_t caller = 0;  // function
    Counts counts;             // of the calls from there
    friend bool operator==(const CallerCounts&, const CallerCounts&) = default;
};

struct CountedFunction {
    std::string file;  // "~" of built-in functions
    std::uint32_t line = 0;
    std::string name;  // co_name; "<built-in method math.sqrt>"
    Counts counts;
    std::vector<CallerCounts> callers;
    bool is_builtin() const { return file == "~"; }
    friend bool operator==(const CountedFunction&, const CountedFunction&) = default;
};

struct CallStatistics {
    std::vector<CountedFunction> functions;  // as in the file
};

// The bytes are not trusted. An error says what is wrong and what to give instead, without the file's name.
Result<CallStatistics> read_cprofile(std::span<const std::byte> bytes);

}  // namespace pyprof::tracers
