#include "cli/child.h"

#include <algorithm>
#include <chrono>
#include <errno.h>
#include <fcntl.h>
#include <optional>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/file_descriptor.h"
#include "cli/witness.h"

namespace pyprof::cli {
namespace {

using Clock = std::chrono::steady_clock;

// How long after a signal the witness, or a second signal of the same sender to the whole group (coreutils timeout
// signals its child first, then its group), may take to show that the child got it too.
constexpr auto forwarding_delay = std::chrono::milliseconds{100};

// Half a second in all: a batch system may take as long from one process of a job to the next when it resumes them.
constexpr timespec resuming_step{0, 10'000'000};
constexpr int resuming_steps = 50;

// The signals received by this process that wait for the decision whether the child needs them.
class Forwarder {
public:
    explicit Forwarder(pid_t child) : child_{child} {}

    void received(const siginfo_t& info) {
        const auto same = [&](const Waiting& w) { return w.info.si_signo == info.si_signo; };
        if (info.si_signo == SIGCHLD || std::any_of(waiting_.begin(), waiting_.end(), same)) return;
        waiting_.push_back({info, Clock::now() + forwarding_delay});
    }

    std::optional<Clock::time_point> next_decision() const {
        if (waiting_.empty()) return std::nullopt;
        return waiting_.front().due;  // the delay is the same for all, so the first is due first
    }

    // Forwards what is due and was sent to this process alone. True if a SIGTERM was among what was due.
    bool decide() {
        bool asked_to_end = false;
        while (!waiting_.empty() && waiting_.front().due <= Clock::now()) {
            const auto info = waiting_.front().info;
            waiting_.erase(waiting_.begin());
            asked_to_end |= info.si_signo == SIGTERM;
            if (!reached_child(info)) forward(info);
        }
        return asked_to_end;
    }

private:
    struct Waiting {
        siginfo_t info;
        Clock::time_point due;
    };

    bool reached_child(const siginfo_t& info) {
        const bool from_terminal = info.si_code == SI_KERNEL;  // or from an alarm set before this program
        if (!witness_.works()) return from_terminal;
        if (!witness_.saw(info.si_signo)) return false;
        return from_terminal || getpgid(child_) == getpgrp();  // a child that left the group misses its signals
    }

    void forward(const siginfo_t& info) const {
        if (info.si_code == SI_QUEUE) {
            sigqueue(child_, info.si_signo, info.si_value);
        } else {
            kill(child_, info.si_signo);
        }
    }

    pid_t child_;
    SignalWitness witness_;
    std::vector<Waiting> waiting_;
};

// Blocks until a signal or `due`; nothing when it is due.
std::optional<siginfo_t> wait_for_signal(std::optional<Clock::time_point> due) {
    sigset_t all;
    sigfillset(&all);
    siginfo_t info{};
    int signal = 0;
    if (due) {
        const auto left = std::max(*due - Clock::now(), Clock::duration::zero());
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
        const timespec timeout{seconds.count(), std::chrono::nanoseconds{left - seconds}.count()};
        signal = sigtimedwait(&all, &info, &timeout);
    } else {
        signal = sigwaitinfo(&all, &info);
    }
    if (signal <= 0) return std::nullopt;
    return info;
}

// Waits a while until the child goes on or has ended. In steps, not by a clock: this process may be stopped meanwhile.
bool goes_on_soon(pid_t child) {
    sigset_t child_signal;
    sigemptyset(&child_signal);
    sigaddset(&child_signal, SIGCHLD);
    for (int step = 0; step < resuming_steps; ++step) {
        siginfo_t change{};
        const int found = waitid(P_PID, static_cast<id_t>(child), &change, WCONTINUED | WEXITED | WNOHANG | WNOWAIT);
        if (found == 0 && change.si_pid == child) return true;
        sigtimedwait(&child_signal, nullptr, &resuming_step);
    }
    return false;
}

// The child stopped: so does this process, for the shell that waits for it. Not if both were stopped, as a batch system
// suspends a job, and this one was resumed first: nobody would resume it again.
void stop_like(pid_t child) {
    if (!goes_on_soon(child)) kill(getpid(), SIGSTOP);
}

// The child's end, if it has ended.
std::optional<int> child_status(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, WNOHANG | WUNTRACED | WCONTINUED) == child) {
        if (WIFEXITED(status) || WIFSIGNALED(status)) return status;
        if (WIFSTOPPED(status)) stop_like(child);
    }
    return std::nullopt;
}

bool is_pending(int signal) {
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, signal) == 1;
}

[[noreturn]] void become_command(const std::vector<char*>& command, Environment& environment,
                                 const BlockedSignals& signals, pid_t launcher, int failure) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != launcher) _exit(125);
    environment.set("PYPROF_COMMAND_PID", std::to_string(getpid()));
    const auto block = environment.block();
    signals.restore();
    execvpe(command[0], command.data(), block.data());
    const int error = errno;
    while (write(failure, &error, sizeof error) < 0 && errno == EINTR) {
    }
    _exit(125);
}

}  // namespace

BlockedSignals::BlockedSignals() {
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    sigaction(SIGCHLD, &standard, &child_action_);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &mask_);
}

void BlockedSignals::restore() const {
    sigaction(SIGCHLD, &child_action_, nullptr);
    sigprocmask(SIG_SETMASK, &mask_, nullptr);
}

Start start_command(const std::vector<char*>& command, Environment environment, const BlockedSignals& signals) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return {-1, errno};
    const FileDescriptor reading{ends[0]};
    FileDescriptor writing{ends[1]};
    const pid_t launcher = getpid();
    const pid_t child = fork();
    if (child < 0) return {-1, errno};
    if (child == 0) become_command(command, environment, signals, launcher, writing.get());
    writing = FileDescriptor{};
    int error = 0;
    if (read(reading.get(), &error, sizeof error) != sizeof error) return {child, 0};
    waitpid(child, nullptr, 0);
    return {-1, error};
}

End follow(pid_t child, const std::function<void()>& asked_to_end) {
    Forwarder forwarder{child};
    bool asked = false;
    while (true) {
        if (const auto status = child_status(child)) return {*status, asked || is_pending(SIGTERM)};
        const auto info = wait_for_signal(forwarder.next_decision());
        if (info) forwarder.received(*info);
        asked |= info && info->si_signo == SIGTERM;
        if (!forwarder.decide()) continue;
        if (const auto status = child_status(child)) return {*status, asked};
        asked_to_end();
    }
}

void exit_as(int wait_status) {
    if (WIFSIGNALED(wait_status)) {
        const int signal = WTERMSIG(wait_status);
        const rlimit no_core{0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        prctl(PR_SET_DUMPABLE, 0);
        struct sigaction standard {};
        standard.sa_handler = SIG_DFL;
        sigaction(signal, &standard, nullptr);
        sigset_t one;
        sigemptyset(&one);
        sigaddset(&one, signal);
        raise(signal);
        sigprocmask(SIG_UNBLOCK, &one, nullptr);
        _exit(128 + signal);
    }
    _exit(WEXITSTATUS(wait_status));
}

}  // namespace pyprof::cli
