#pragma once
// Sums of cProfile by Python function, over the files of several ranks and runs.
#include <cstdint>
#include <map>
#include <string>

#include "compare/function_key.h"
#include "tracers/cprofile.h"
#include "tracers/line_profiler.h"

namespace pyprof::compare {

// A built-in function, as far as one Python function called it.
struct BuiltinCalls {
    std::uint64_t calls = 0;
    double self_s = 0;  // without Python functions that it called
};

// Own time, with that of the built-in functions that it called, over the processes that called a function.
struct RankSpread {
    std::size_t processes = 0;
    double min_s = 0, max_s = 0;
    std::int32_t argmin = -1, argmax = -1;  // ranks
};

struct TracedFunction {
    tracers::Counts counts;
    std::map<std::string, BuiltinCalls> builtins;  // by name
    RankSpread ranks;
};

struct TracedFunctions {
    std::map<FunctionKey, TracedFunction> functions;
    double self_s = 0;        // of all functions, built-in ones too
    std::uint64_t calls = 0;  // of all functions
    double unowned_s = 0;     // built-in functions that no Python function called
};

// Adds what one process counted. A built-in function that another one called belongs to the Python function that called
// that one most. Relative file names count from `working_directory`. `rank`: the process's, -1 without MPI.
void add(TracedFunctions& sums, const tracers::CallStatistics& statistics, const std::string& working_directory,
         std::int32_t rank = -1);

// Lines of functions, as line_profiler counted them.
using TracedLines = std::map<FunctionKey, std::map<std::uint32_t, tracers::LineCounts>>;

void add(TracedLines& sums, const tracers::LineStatistics& statistics, const std::string& working_directory);

}  // namespace pyprof::compare
