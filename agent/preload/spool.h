#pragma once
// Where this process's recording will lie. docs/formats/files.md is the contract with the launcher.
#include <cstdint>

namespace pyprof::preload {

// Fills the paths, job, host, script and executable of capture::process; makes the job's folder if the launcher (of
// another host) did not. Leaves a path empty where the folder is not safely ours,
// and the spool's where its disk is nearly full and the output's folder can take its place.
void locate_spool(std::uint64_t started_realtime_ns);

// New recording paths for the same process (after a fork, or when a recording was finished). The spool may be full by
// now.
void rename_recording(int pid, std::uint64_t started_realtime_ns);

// The job's folder in the spool; "" if there is none.
const char* spool_folder();

}  // namespace pyprof::preload
