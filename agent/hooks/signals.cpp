// Keeps the engines' signal ours: programs that block or take all signals leave it alone without noticing.
#include <signal.h>
#include <stdlib.h>

#include "agent/capture/process_state.h"
#include "agent/hooks/exported.h"
#include "agent/hooks/real.h"
#include "agent/preload/agent.h"

namespace {

using pyprof::capture::process;
namespace preload = pyprof::preload;

using Mask = int (*)(int, const sigset_t*, sigset_t*);

int mask_without_ours(Mask mask, int how, const sigset_t* set, sigset_t* old) {
    if (set == nullptr || how == SIG_UNBLOCK || !preload::is_working()) return mask(how, set, old);
    sigset_t without = *set;
    sigdelset(&without, process.signal);
    return mask(how, &without, old);
}

}  // namespace

extern "C" PYPROF_EXPORTED int pthread_sigmask(int how, const sigset_t* set, sigset_t* old) noexcept {
    return mask_without_ours(PYPROF_REAL(pthread_sigmask), how, set, old);
}

extern "C" PYPROF_EXPORTED int sigprocmask(int how, const sigset_t* set, sigset_t* old) noexcept {
    return mask_without_ours(PYPROF_REAL(sigprocmask), how, set, old);
}

extern "C" PYPROF_EXPORTED int sigaction(int signal, const struct sigaction* action, struct sigaction* old) noexcept {
    preload::look_again();
    const bool ours = preload::is_working() && signal == process.signal;
    if (!ours) return PYPROF_REAL(sigaction)(signal, action, old);
    if (old != nullptr) *old = {};  // as if nobody had touched it
    return 0;
}
