#pragma once
// The recordings in a job's folder: which of them count, and which are still being written.
#include <string>
#include <vector>

namespace pyprof::cli {

struct Recordings {
    std::vector<std::string> complete;  // paths whose writers have ended, gathered files included
    std::vector<std::string> live;      // paths of recordings whose process still runs
    std::vector<std::string>
        redundant;  // already part of a gathered file, the lists that say so, and files without a header
};

// Looks into each folder; one that is missing or unreadable counts as empty. `host` is this one: processes of others
// cannot be looked at and count as ended.
Recordings find_recordings(const std::vector<std::string>& folders, const std::string& host);

// Waits up to 0.3 s for the writers of live recordings, such as workers that end because the command did.
Recordings settled_recordings(const std::vector<std::string>& folders, const std::string& host);

// Whether a recording goes on after one that its process has handed over, which its name tells by a time later than the
// process's start, and holds no more than 100 ms: what a rank still does after MPI_Finalize.
bool is_small_remainder(const std::string& path);

}  // namespace pyprof::cli
