#include "agent/hooks/real.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <sys/mman.h>

namespace pyprof::hooks {

void* next_definition(const char* name) {
    void* found = dlsym(RTLD_NEXT, name);
    if (found == nullptr) abort();
    return found;
}

int real_sigaction(int signal, const struct sigaction* action, struct sigaction* old) {
    return PYPROF_REAL(sigaction)(signal, action, old);
}

// The functions that may be called where dlsym must not be: in a handler, or in a vfork child.
void resolve() {
    PYPROF_REAL(sigaction);
    PYPROF_REAL(pthread_sigmask);
    PYPROF_REAL(sigprocmask);
    PYPROF_REAL(_exit);
    PYPROF_REAL(execve);
    PYPROF_REAL(execv);
    PYPROF_REAL(execvp);
    PYPROF_REAL(execvpe);
    PYPROF_REAL(fexecve);
    PYPROF_REAL(mprotect);
}

}  // namespace pyprof::hooks
