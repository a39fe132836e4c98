#pragma once
// The libc functions behind our own of the same name. `resolve` runs once, in the constructor of an active process; in
// all others the wrappers find their function at the first call. Never from a signal handler before `resolve`.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

namespace pyprof::hooks {

void resolve();

// The next definition of `name` after ours; ends the process if libc lacks it, which cannot be.
void* next_definition(const char* name);

int real_sigaction(int signal, const struct sigaction* action, struct sigaction* old);

// PYPROF_REAL(pthread_create)(…) calls the function we stand in front of.
#define PYPROF_REAL(name)                                                      \
    ([]() -> decltype(&::name) {                                               \
        static void* found = nullptr;                                          \
        if (found == nullptr) found = ::pyprof::hooks::next_definition(#name); \
        return reinterpret_cast<decltype(&::name)>(found);                     \
    }())

}  // namespace pyprof::hooks
