#include "cli/successor.h"

#include <cerrno>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pyprof::cli {
namespace {

void wait_for_end_of(pid_t launcher) {
    prctl(PR_SET_PDEATHSIG, SIGUSR1);
    sigset_t death;
    sigemptyset(&death);
    sigaddset(&death, SIGUSR1);
    while (getppid() == launcher) sigwaitinfo(&death, nullptr);
}

// Readers of the command's output wait for nobody but the command.
void leave_streams() {
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO}) dup2(nothing, stream);
}

[[noreturn]] void outlive(pid_t launcher, const std::function<void()>& take_over) {
    setsid();
    prctl(PR_SET_NAME, "successor");
    leave_streams();
    wait_for_end_of(launcher);
    take_over();
    _exit(0);
}

}  // namespace

Successor::Successor(const std::function<void()>& take_over) {
    const pid_t launcher = getpid();
    pid_ = fork();
    if (pid_ == 0) outlive(launcher, take_over);
}

void Successor::dismiss() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
}

}  // namespace pyprof::cli
