#pragma once
// Tells a signal sent to the launcher alone from one sent to its whole process group (a terminal, mpirun, timeout) or
// to every process of a job step one by one (Slurm). A signal says who sent it, not to whom; so a second process in
// the launcher's group does nothing but report the signals it gets too.
#include <array>
#include <sys/types.h>
#include <time.h>

#include "cli/file_descriptor.h"

namespace pyprof::cli {

class SignalWitness {
public:
    // All signals must be blocked. If no process can be had, `saw` is always false and `works` says so.
    SignalWitness();
    ~SignalWitness();  // ends and reaps the witness
    SignalWitness(const SignalWitness&) = delete;
    SignalWitness& operator=(const SignalWitness&) = delete;

    bool works() const { return pid_ > 0; }
    // Did the witness get `signal` since the last call for it? Reports arrive within milliseconds.
    bool saw(int signal);

private:
    pid_t pid_ = -1;
    FileDescriptor reports_;
    std::array<bool, 65> seen_{};
};

}  // namespace pyprof::cli
