#pragma once
// Who is profiled (docs/decisions/0013): the command given to pyprof unless it is a shell or a known helper, and any
// process that holds a CPython interpreter. Everything else that inherits the preload stays dormant.
#include <cstdint>

namespace pyprof::discover {

enum class ProcessKind : std::uint8_t {
    dormant,  // not profiled; an interpreter loaded later or MPI_Init may change that
    command,  // the command given to pyprof
    python,   // a loaded object exports _PyRuntime
};

// Looks at what is loaded now. `command_pid` is PYPROF_COMMAND_PID, 0 if unset. `executable` is the resolved path of
// the running program. Not async-signal-safe (dlsym).
ProcessKind kind_of_process(const char* executable, int command_pid);

// Shells, launchers and wrappers that only start other programs.
bool is_helper_program(const char* base_name);

}  // namespace pyprof::discover
