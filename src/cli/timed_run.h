#pragma once
// Runs of a command by a program that goes on afterwards. One thread only.
#include <signal.h>
#include <spawn.h>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/result.h"
#include "cli/environment.h"

namespace pyprof::cli {

// What becomes of the command's output: it goes where ours goes, stdout to stderr, or nowhere.
enum class Output { kept, to_stderr, dropped };

struct TimedRun {
    int wait_status = 0;
    double started_s = 0, ended_s = 0;  // since 1970
    double wall_s() const { return ended_s - started_s; }
};

// While it lives, SIGINT, SIGTERM and SIGHUP end the command that runs, not this process, which can tidy up.
class HeldSignals {
public:
    HeldSignals();
    ~HeldSignals();
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;

    // Until the child ends; signals to this process are passed on to it.
    int wait_for(pid_t child);
    void unblock_in(posix_spawnattr_t& attributes) const;  // of a child to be spawned
    int received();                                        // the first signal that came, 0: none

private:
    sigset_t held_{}, before_{};
    int received_ = 0;
};

// Runs it to its end. Of stdin only a regular file can be read more than once: it is rewound to where it stood at the
// first run. Anything else is given to runs whose output is kept, the others have none.
Result<TimedRun> run_timed(const std::vector<std::string>& command, Environment environment, Output output,
                           HeldSignals& signals);

}  // namespace pyprof::cli
