#pragma once
// The job key: one name for all processes of a job, the same on every rank, never that of an earlier job.
#include <optional>
#include <string>

#include "cli/environment.h"
#include "cli/rank.h"

namespace pyprof::cli {

// A process that is alive: its pid, and its start (clock ticks after boot), since pids are used again.
struct ProcessIdentity {
    int pid = 0;
    unsigned long long start_ticks = 0;
};

// From /proc/PID/stat; start_ticks is 0 if that cannot be read.
ProcessIdentity identify(int pid);

// What the key is made of.
struct JobSource {
    std::string host;
    ProcessIdentity launcher;  // pyprof itself
    ProcessIdentity parent;    // who started it: on one host the same for all ranks
    std::optional<RankPlace> place;
    bool alone = false;  // this launcher merges with no other (`%r`, `%p` or `%h` in -o)
};

// Letters, digits, `.`, `_` and `-`, at most 100 of them. Ranks share a key made of what their launcher says of the
// job, everything else has the launcher's own identity.
std::string job_key(const Environment& environment, const JobSource& source);

// `text` with every character outside letters, digits, `.`, `_`, `-` replaced by `_`, cut to `limit`.
std::string as_file_name(std::string_view text, std::size_t limit);

}  // namespace pyprof::cli
