#pragma once
// What a launcher does with the recordings of its job: the last launcher to leave adds them up and writes the
// output; after a SIGTERM the lowest one writes what there is so far, since SIGKILL follows within a second.
// One thread; nothing here changes the command's exit status.
#include <optional>
#include <string>

#include "cli/installation.h"
#include "cli/job_folder.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/rank.h"

namespace pyprof::cli {

struct Recorder {
    RunOptions options;
    Environment environment;  // of the launcher
    Installation installation;
    std::optional<RankPlace> place;
    std::string host;
    std::string key;  // of the job
    std::string script;
    std::string working_directory;
    std::string fallback_folder;  // the job's folder in the output folder, where agents go when the spool is full
    std::optional<JobFolder> folder;
    int command_pid = 0;
};

// The path of the output, absolute: `-o` with its keys, or the default name.
Result<std::string> output_path(const Recorder& recorder, int ranks);

// The command was asked to end and may be killed soon.
void save_so_far(Recorder& recorder);

// The command did not start: leaves the job.
void leave_job(Recorder& recorder);

// The command has ended: leaves the job and, as the last one, writes its output and says so. `in_danger`: the job is
// being killed, and the end of one rank may bring SIGKILL to the others at once (Open MPI 4.1, odls), so this one
// waits up to 0.7 s for the launcher that writes.
void finish_recording(Recorder& recorder, bool in_danger);

}  // namespace pyprof::cli
