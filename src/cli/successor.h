#pragma once
// Ends the work of a launcher that is killed without warning: when a rank fails, Hydra (MPICH, Intel MPI) sends SIGKILL
// to the process groups of all ranks at once. A child of the launcher in a session of its own, where such signals do
// not come. Needs all signals blocked, one thread only.
#include <functional>
#include <sys/types.h>

namespace pyprof::cli {

class Successor {
public:
    // `take_over` runs in the successor if the launcher dies before it calls `dismiss`. If no process can be had,
    // nobody takes over.
    explicit Successor(const std::function<void()>& take_over);
    // Ends and reaps it.
    void dismiss();

private:
    pid_t pid_ = -1;
};

}  // namespace pyprof::cli
