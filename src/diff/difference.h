#pragma once
// Two profiles of one program, or of two parts of its ranks, against each other.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "diff/change.h"
#include "diff/side.h"

namespace pyprof::diff {

struct Input {
    std::string name;          // how messages call it: its path, with its ranks if they were chosen
    profile::Profile profile;  // one that report's prepare() made
};

// Figures are in the metric's unit: sums over the ranks where both sides have as many of them, else means by rank;
// shares of each run's total if that is asked for.
struct FunctionRow {
    FunctionKey key;         // of the later run, if it has the function
    std::string module;      // path; empty for Python functions
    std::uint32_t line = 0;  // its first line there, 0 unknown
    Change self, total;
    Change own;  // self; of a Python function with the native code that it calls directly
    // Where the numbers of ranks differ: what all ranks of the larger job have beyond those of the smaller one
    // together, N × T_N − T_1. Not in shares.
    std::optional<double> scaling_loss;
};

struct LineRow {
    FunctionKey key;
    std::uint32_t line = 0;         // in the later run; of vanished ones in the earlier one
    std::uint32_t line_before = 0;  // 0: not there
    Change own, total;
};

// What is told of each side.
struct Summary {
    std::string name;
    profile::Run run;
    std::string folder;         // working directory, from which relative names of files count
    std::uint32_t workers = 1;  // ranks that are compared, 1 without MPI
    std::uint64_t samples = 0;
};

struct Difference {
    profile::Metric metric;
    bool is_share = false;
    bool is_by_rank = false;  // means, since the numbers of ranks differ
    Summary before, after;
    Scale scale_before, scale_after;
    Change total;
    std::vector<FunctionRow> functions;  // largest change of own first
    std::vector<LineRow> lines;          // largest change of own first
    std::vector<std::string> notes;      // what is not alike in the two runs, in sentences

    // Beyond chance, and more than smallest_share of the larger total.
    bool is_notable(const Change& change) const;
    // How many functions would differ beyond chance if nothing had changed.
    double expected_by_chance() const { return chance * static_cast<double>(functions.size()); }
};

// Fails where the two cannot be compared: another mode or another metric.
Result<Difference> difference_of(const Input& before, const Input& after, bool as_shares);

}  // namespace pyprof::diff
