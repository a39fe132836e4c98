#pragma once
// Samples summed as a tracing profiler would have them: by Python function, of the processes and threads that it saw.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compare/function_key.h"
#include "profile/profile.h"
#include "profile/sums.h"

namespace pyprof::compare {

struct SampledFunction {
    std::string name;             // qualified
    profile::Amount self{};       // with the native code that it calls directly, without cProfile's own
    profile::Split split{};       // of self.weight
    std::uint64_t extension = 0;  // of self.weight: compiled code that is neither CPython's nor the C library's
    std::uint64_t total = 0;      // with what it calls; recursion counted once
    std::uint64_t tracing = 0;    // cProfile's own code, called from this function
    profile::Amount elsewhere{};  // self in threads that cProfile does not see
    std::map<std::uint32_t, profile::Amount> lines;  // total by line
    std::map<std::string, std::uint64_t> native;     // weight of self by innermost native function "name (module)"
};

struct SampledFunctions {
    std::map<FunctionKey, SampledFunction> functions;
    profile::Amount all{};               // of the threads that cProfile sees, without its own code
    std::uint64_t tracing = 0;           // its own code
    std::uint64_t not_by_rank = 0;       // time of these processes that a large job keeps as sums over all ranks
    std::size_t processes_left_out = 0;  // with Python
};

// What a Python function of the profile is known by; relative file names count from `working_directory`.
FunctionKey key_of(const profile::Function& function, const std::string& working_directory);

// The process that cProfile ran in: of this rank (-1: of a run without MPI) the first one with Python. `none` without.
std::uint32_t traced_process(const profile::Profile& profile, std::int32_t rank);

// Whether cProfile counts what this thread does: the main thread, and from CPython 3.12 on (sys.monitoring) all that
// run Python.
bool is_traced(const profile::Process& process, const profile::Thread& thread);

// Adds the samples of these processes. `profile` must have its machinery: cProfile's callbacks are part of it.
void add(SampledFunctions& sums, const profile::Profile& profile, const std::vector<std::uint32_t>& processes);

}  // namespace pyprof::compare
