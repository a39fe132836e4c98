#pragma once
// `pyprof run`: records a command.
#include "cli/environment.h"
#include "cli/options.h"

namespace pyprof::cli {

// pyprof's own failures before the command starts; otherwise this process ends as the command did.
inline constexpr int exit_failed = 125;
inline constexpr int exit_not_executable = 126;
inline constexpr int exit_not_found = 127;

// Runs the command of `options` to its end and collects what was recorded. Returns only with an exit code of the
// above; needs a process with one thread.
int run(const RunOptions& options, const Environment& environment);

}  // namespace pyprof::cli
