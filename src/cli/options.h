#pragma once
// What `pyprof run` was asked to do: flags, and for each flag an environment variable, because that is what reaches
// remote ranks. A flag beats its variable. One table holds the options, their variables and their help.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/environment.h"
#include "cli/rank_ranges.h"

namespace pyprof::cli {

struct RunOptions {
    std::string output;       // path with its keys; empty: named by pyprof
    std::optional<int> rate;  // Hz
    std::string engine;       // as given, checked; empty: chosen by the agent
    bool native = true;       // native frames
    bool wall = false;        // mode wall
    bool children = true;     // child processes
    std::optional<bool> mpi;  // nothing: as the rank variables say
    bool mpi_sync = false;    // timed barriers before collective calls
    RankRanges ranks;         // empty: all
    std::string counters;     // events, as given
    std::string max_memory;   // as given, checked
    bool quiet = false;
    bool help = false;
    std::vector<std::string> given;  // the words of the options
    std::vector<char*> command;      // what to run; points into argv, ends with nullptr

    bool records_rank(int rank) const;
};

// `arguments` starts with the word before the first option (argv[0] or `run`) and ends with nullptr.
// An error is one line that names the option or variable and what it accepts.
Result<RunOptions> parse_run_options(std::vector<char*> arguments, const Environment& environment);

// What the table says of an option. `argument` is empty for flags, a list such as "cpu|wall" where only these are
// allowed; `flag_value` is what the variable is set to for the same.
struct RunOptionText {
    char letter = 0;  // 0: none
    std::string name, argument, variable, flag_value, help;
};
std::vector<RunOptionText> run_option_texts();

// Text for `pyprof help run`, one option a line.
std::string run_options_help();

}  // namespace pyprof::cli
