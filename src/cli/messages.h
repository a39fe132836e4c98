#pragma once
// What pyprof says while it records: on stderr, each line beginning with `pyprof: `, at most two lines for a job.
#include <cstdint>
#include <string>

#include "gather/tree.h"

namespace pyprof::cli {

// One line, in one write: lines of several ranks do not mix.
void say(const std::string& line);

// The figures of the line at the end.
struct RunFigures {
    int ranks = 0;  // distinct ones; 0 without MPI
    int processes = 0;
    std::uint64_t samples = 0;  // expiries with their overruns, as in reports
    double own_cost = 0;        // share of the CPU time that went into taking samples
    double cpu_covered = 0;     // CPU time that samples stand for, of all that was used
};
RunFigures figures_of(const gather::Tree& tree);

// "2 ranks, 3 712 samples, own cost 0.4 %, cpu covered 0.99"
std::string summary(const RunFigures& figures);

// A word as a shell takes it: quoted if it needs to be.
std::string shell_word(const std::string& word);

}  // namespace pyprof::cli
