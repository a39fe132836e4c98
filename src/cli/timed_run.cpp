#include "cli/timed_run.h"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pyprof::cli {
namespace {

double now_s() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Where our stdin stood before the first run, if it can be read again.
std::optional<off_t> start_of_input() {
    static const std::optional<off_t> start = []() -> std::optional<off_t> {
        struct stat status {};
        if (fstat(STDIN_FILENO, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
        return lseek(STDIN_FILENO, 0, SEEK_CUR);
    }();
    return start;
}

class SpawnOptions {
public:
    SpawnOptions(Output output, const HeldSignals& signals) {
        posix_spawn_file_actions_init(&files);
        posix_spawnattr_init(&attributes);
        const auto input = start_of_input();
        if (input) {
            lseek(STDIN_FILENO, *input, SEEK_SET);
        } else if (output == Output::dropped) {
            drop(STDIN_FILENO);
        }
        if (output == Output::to_stderr) posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
        if (output == Output::dropped) {
            drop(STDOUT_FILENO);
            drop(STDERR_FILENO);
        }
        signals.unblock_in(attributes);
    }
    ~SpawnOptions() {
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnOptions(const SpawnOptions&) = delete;
    SpawnOptions& operator=(const SpawnOptions&) = delete;

    posix_spawn_file_actions_t files{};
    posix_spawnattr_t attributes{};

private:
    void drop(int stream) { posix_spawn_file_actions_addopen(&files, stream, "/dev/null", O_RDWR, 0); }
};

}  // namespace

HeldSignals::HeldSignals() {
    sigemptyset(&held_);
    sigaddset(&held_, SIGCHLD);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction action {};
        sigaction(signal, nullptr, &action);
        if (action.sa_handler != SIG_IGN) sigaddset(&held_, signal);
    }
    sigprocmask(SIG_BLOCK, &held_, &before_);
}

HeldSignals::~HeldSignals() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

int HeldSignals::received() {
    const timespec at_once{};
    for (int signal = 1; signal > 0;) {
        signal = sigtimedwait(&held_, nullptr, &at_once);
        if (signal > 0 && signal != SIGCHLD && received_ == 0) received_ = signal;
    }
    return received_;
}

int HeldSignals::wait_for(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, WNOHANG) != child) {
        siginfo_t info{};
        const int signal = sigwaitinfo(&held_, &info);
        if (signal <= 0 || signal == SIGCHLD) continue;
        if (received_ == 0) received_ = signal;
        if (info.si_code != SI_KERNEL) kill(child, signal);  // a terminal's has reached the child
    }
    return status;
}

void HeldSignals::unblock_in(posix_spawnattr_t& attributes) const {
    posix_spawnattr_setsigmask(&attributes, &before_);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
}

Result<TimedRun> run_timed(const std::vector<std::string>& command, Environment environment, Output output,
                           HeldSignals& signals) {
    std::vector<std::string> words = command;
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const SpawnOptions options{output, signals};
    TimedRun run;
    run.started_s = now_s();
    pid_t child = 0;
    const int problem = posix_spawnp(&child, arguments[0], &options.files, &options.attributes, arguments.data(),
                                     environment.block().data());
    if (problem != 0) return Error{"cannot run " + command[0] + ": " + std::strerror(problem)};
    run.wait_status = signals.wait_for(child);
    run.ended_s = now_s();
    return run;
}

}  // namespace pyprof::cli
