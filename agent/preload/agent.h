#pragma once
// The agent's life in a process: dormant, working, ended. All functions run outside handlers.
#include "wire/recording.h"

namespace pyprof::preload {

// Whether this process is being profiled.
bool is_working();

// Dormant processes look again whether they hold an interpreter by now; cheap, called from every hook.
void look_again();
// A library is about to be loaded: the next hook that runs looks again.
void expect_library();
// Profiles this process from now on (an interpreter or MPI appeared in it). No effect if it works already.
void start_late();

// The process ends or is replaced: last figures, complete recording. Safe to call twice, and in a vfork child
// (where nothing happens).
void end_process(wire::ProcessState how);
// exec failed after end_process: go on.
void resume_process();

}  // namespace pyprof::preload
