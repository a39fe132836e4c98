#pragma once
// `pyprof compare --run`: runs a program alone, sampled, and under cProfile, and compares the three.
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/environment.h"
#include "cli/timed_run.h"
#include "compare/comparison.h"

namespace pyprof::cli {

struct RunPlan {
    std::string launcher;  // bin/pyprof
    std::vector<std::string> command;
    std::size_t rounds = 1;        // in each, the three kinds of run by turns
    Output output = Output::kept;  // of the first run; that of the others is dropped
};

struct ComparedRuns {
    compare::Comparison comparison;
    profile::Profile profile;  // of the last sampled run
    int wait_status = 0;       // of the first run, which was of the program alone
};

// Leaves nothing behind. Fails with a sentence that names the fix: no Python program on the command line, no counts
// (the program was killed), no folder. When a signal ends it, `signals` has received it.
Result<ComparedRuns> compare_runs(const RunPlan& plan, const Environment& environment, HeldSignals& signals);

}  // namespace pyprof::cli
