#include "cli/witness.h"

#include <cerrno>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pyprof::cli {
namespace {

[[noreturn]] void report_signals(pid_t launcher, int reports) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != launcher) _exit(0);
    prctl(PR_SET_NAME, "signal-witness");
    // Standard streams held here would keep their readers waiting.
    for (int stream = 0; stream < 3; ++stream) close(stream);
    sigset_t all;
    sigfillset(&all);
    sigdelset(&all, SIGCHLD);
    while (true) {
        const int signal = sigwaitinfo(&all, nullptr);
        const auto report = static_cast<unsigned char>(signal);
        if (signal > 0 && write(reports, &report, 1) < 0 && errno == EPIPE) _exit(0);
    }
}

}  // namespace

SignalWitness::SignalWitness() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return;
    reports_ = FileDescriptor{ends[0]};
    FileDescriptor writing{ends[1]};
    const pid_t launcher = getpid();
    pid_ = fork();
    if (pid_ == 0) report_signals(launcher, writing.get());
}

SignalWitness::~SignalWitness() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

bool SignalWitness::saw(int signal) {
    unsigned char report = 0;
    while (reports_ && read(reports_.get(), &report, 1) == 1) {
        if (report < seen_.size()) seen_[report] = true;
    }
    const auto index = static_cast<std::size_t>(signal);
    if (index >= seen_.size() || !seen_[index]) return false;
    seen_[index] = false;
    return true;
}

}  // namespace pyprof::cli
