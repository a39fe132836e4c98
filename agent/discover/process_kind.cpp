#include "agent/discover/process_kind.h"

#include <dlfcn.h>
#include <unistd.h>

#include "agent/discover/text.h"

namespace pyprof::discover {
namespace {

constexpr const char* helper_programs[] = {
    "sh",       "bash",          "dash",
    "zsh",      "ksh",           "fish",
    "csh",      "tcsh",          "busybox",
    "env",      "time",          "timeout",
    "nice",     "nohup",         "setsid",
    "stdbuf",   "taskset",       "numactl",
    "chrt",     "ionice",        "sudo",
    "su",       "xargs",         "parallel",
    "make",     "gmake",         "ninja",
    "cmake",    "ctest",         "mpirun",
    "mpiexec",  "mpiexec.hydra", "hydra_pmi_proxy",
    "orterun",  "orted",         "prte",
    "prted",    "prun",          "prterun",
    "srun",     "salloc",        "sbatch",
    "flux",     "jsrun",         "aprun",
    "strace",   "gdb",           "perf",
    "valgrind", "git",           "ssh",
    "rsh",      "apptainer",     "singularity",
    "tee",      "cat",
};

}  // namespace

bool is_helper_program(const char* name) {
    for (const char* program : helper_programs)
        if (equal(name, program)) return true;
    return false;
}

ProcessKind kind_of_process(const char* executable, int command_pid) {
    if (dlsym(RTLD_DEFAULT, "_PyRuntime") != nullptr) return ProcessKind::python;
    if (command_pid == getpid() && !is_helper_program(base_name(executable))) return ProcessKind::command;
    return ProcessKind::dormant;
}

}  // namespace pyprof::discover
