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

struct TracedFunction {
    tracers::Counts counts;
    std::map<std::string, BuiltinCalls> builtins;  // by name
};

struct TracedFunctions {
    std::map<FunctionKey, TracedFunction> functions;
    double self_s = 0;        // of all functions, built-in ones too
    std::uint64_t calls = 0;  // of all functions
    double unowned_s = 0;     // built-in functions that no Python function called
};

// Adds what one process counted. A built-in function that another one called belongs to the Python function that called
// that one most. Relative file names count from `working_directory`.
void add(TracedFunctions& sums, const tracers::CallStatistics& statistics, const std::string& working_directory);

// Lines of functions, as line_profiler counted them.
using TracedLines = std::map<FunctionKey, std::map<std::uint32_t, tracers::LineCounts>>;

void add(TracedLines& sums, const tracers::LineStatistics& statistics, const std::string& working_directory);

}  // namespace pyprof::compare
