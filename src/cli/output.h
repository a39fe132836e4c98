#pragma once
// What the output is called, and how it gets there: complete or not at all, never over another file.
#include <cstdint>
#include <string>

#include "base/result.h"
#include "cli/environment.h"
#include "gather/tree.h"

namespace pyprof::cli {

struct OutputKeys {
    int rank = 0;
    int ranks = 0;  // 0: not an MPI job
    std::string host;
    int pid = 0;  // of the command
    std::string job;
};

// `pattern` with %r %n %h %p %j %q{VAR} and %% replaced; an unknown key is an error that names it.
Result<std::string> expand_output(const std::string& pattern, const OutputKeys& keys, const Environment& environment);

// The pattern names a file for each rank, process or host, so these are not merged.
bool separates_processes(const std::string& pattern);

// pyprof-SCRIPT-Nr-YYYYMMDD-HHMMSS.pyprof in local time, without `Nr-` when ranks is 0.
std::string default_output(const std::string& script, int ranks, std::uint64_t started_ns);

// NAME-2.pyprof for the second file of that name and so on; the first keeps its name.
std::string numbered_output(const std::string& path, int number);

// Writes the tree as `path`, or under the first free numbered name; says which. Missing folders are made.
Result<std::string> write_output(const std::string& path, const gather::Tree& tree);

}  // namespace pyprof::cli
