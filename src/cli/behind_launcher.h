#pragma once
// `pyprof mpirun … python app.py` on several hosts. There the environment of one host does not reach the ranks of the
// others, and nobody would gather what they leave. So the same is done as for `mpirun … pyprof python app.py`.
#include <optional>
#include <string>
#include <vector>

#include "cli/environment.h"
#include "cli/options.h"

namespace pyprof::cli {

// Whether the command's ranks may run on other hosts, by its own words and by what the batch system gave.
bool may_leave_this_host(const std::vector<std::string>& command, const Environment& environment);

// The options, given or in the environment, as words of a command line.
std::vector<std::string> words_of(const RunOptions& options, const Environment& environment);

// The command with `recorder` in front of each interpreter that a rank starts; nothing if it names none.
std::optional<std::vector<std::string>> with_recorder_behind(const std::vector<std::string>& command,
                                                             const std::vector<std::string>& recorder);

}  // namespace pyprof::cli
