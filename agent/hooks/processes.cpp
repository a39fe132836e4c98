// Ways in which a process ends or becomes another program without running destructors.
#include <stdlib.h>
#include <unistd.h>

#include "agent/hooks/exported.h"
#include "agent/hooks/real.h"
#include "agent/preload/agent.h"

namespace {

namespace preload = pyprof::preload;
using pyprof::wire::ProcessState;

// `exec` returns only if it failed.
template <class Exec>
int replace_process(Exec exec) {
    preload::end_process(ProcessState::replaced_by_exec);
    const int result = exec();
    preload::resume_process();
    return result;
}

}  // namespace

extern "C" PYPROF_EXPORTED void _exit(int status) {
    preload::end_process(ProcessState::exited);
    PYPROF_REAL(_exit)(status);
    __builtin_unreachable();
}

extern "C" PYPROF_EXPORTED void _Exit(int status) {
    preload::end_process(ProcessState::exited);
    PYPROF_REAL(_exit)(status);
    __builtin_unreachable();
}

extern "C" PYPROF_EXPORTED int execve(const char* path, char* const arguments[], char* const environment[]) noexcept {
    return replace_process([&] { return PYPROF_REAL(execve)(path, arguments, environment); });
}

extern "C" PYPROF_EXPORTED int execv(const char* path, char* const arguments[]) noexcept {
    return replace_process([&] { return PYPROF_REAL(execv)(path, arguments); });
}

extern "C" PYPROF_EXPORTED int execvp(const char* file, char* const arguments[]) noexcept {
    return replace_process([&] { return PYPROF_REAL(execvp)(file, arguments); });
}

extern "C" PYPROF_EXPORTED int execvpe(const char* file, char* const arguments[], char* const environment[]) noexcept {
    return replace_process([&] { return PYPROF_REAL(execvpe)(file, arguments, environment); });
}

extern "C" PYPROF_EXPORTED int fexecve(int fd, char* const arguments[], char* const environment[]) noexcept {
    return replace_process([&] { return PYPROF_REAL(fexecve)(fd, arguments, environment); });
}
