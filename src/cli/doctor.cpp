#include "cli/doctor.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <linux/perf_event.h>
#include <optional>
#include <signal.h>
#include <spawn.h>
#include <sstream>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/open_profile.h"
#include "profile/sums.h"
#include "profile/tree.h"
#include "report/words.h"

namespace pyprof::cli {
namespace {

namespace fs = std::filesystem;

// The first executable of this name in PATH, empty if there is none.
std::string program_in_path(const std::string& name, const Environment& environment) {
    std::istringstream folders{environment.get("PATH")};
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string path = (folder.empty() ? "." : folder) + "/" + name;
        if (access(path.c_str(), X_OK) == 0 && fs::is_regular_file(path)) return path;
    }
    return "";
}

// Runs a program with its output thrown away; its exit status, 127 if it could not be started.
int run_quietly(std::vector<std::string> words, Environment environment) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0);
    }
    pid_t child = 0;
    const int problem =
        posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environment.block().data());
    posix_spawn_file_actions_destroy(&actions);
    if (problem != 0) return 127;
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

class TemporaryFolder {
public:
    explicit TemporaryFolder(const std::string& parent) : path_{parent + "/pyprof-doctor-XXXXXX"} {
        if (mkdtemp(path_.data()) == nullptr) path_.clear();
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::string& path() const { return path_; }  // empty: it could not be made

private:
    std::string path_;
};

std::string spool_of(const Environment& environment) {
    for (const char* name : {"PYPROF_SPOOL", "TMPDIR"}) {
        if (environment.has(name)) return environment.get(name);
    }
    return "/tmp";
}

bool has_python_frames(const profile::Profile& profile) {
    for (const profile::Value& value : profile.values) {
        for (const std::uint32_t context : profile::path_to(profile, value.context)) {
            if (profile::function_of(profile, context).domain == profile::Domain::python) return true;
        }
    }
    return false;
}

// What the recorded profile of a short Python program says.
Check judge_python(const std::string& python, const std::string& output) {
    const Result<OpenedProfile> opened = open_profile(output);
    const std::string name = "python";
    if (!opened || opened->profile.values.empty()) {
        return {name, Verdict::bad, python + " runs, but its profile holds no samples",
                "check that it is not linked statically and not set-uid: LD_PRELOAD must work for it"};
    }
    const profile::Profile& profile = opened->profile;
    const std::string version = profile.run.pythons.empty() ? "" : " " + profile.run.pythons.front();
    if (has_python_frames(profile)) {
        return {name, Verdict::good, fmt::format("{}{}: Python and native stacks", python, version), ""};
    }
    const std::string why = profile.processes.front().python_message;
    return {name, Verdict::limited,
            fmt::format("{}{}: native stacks only{}", python, version, why.empty() ? "" : " (" + why + ")"),
            "use CPython 3.11, 3.12 or 3.13 for Python lines"};
}

Check check_python(const std::string& launcher, const Environment& environment) {
    std::string python = program_in_path("python3", environment);
    if (python.empty()) python = program_in_path("python", environment);
    if (python.empty()) {
        return {"python", Verdict::limited, "no python3 in PATH", "load the Python module or environment that you use"};
    }
    if (access(launcher.c_str(), X_OK) != 0) {
        return {"python", Verdict::bad, launcher + " is missing", "install pyprof completely"};
    }
    const TemporaryFolder folder{spool_of(environment)};
    if (folder.path().empty()) return {"python", Verdict::bad, "not tried: no folder for the trial", "see spool"};
    const std::string output = folder.path() + "/trial.pyprof";
    const std::string program = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass\n";
    Environment own = environment;
    own.set("PYPROF_SPOOL", folder.path());
    for (const char* name : {"PYPROF_ACTIVE", "PYPROF_JOB", "PYPROF_RATE", "PYPROF_MODE"}) own.unset(name);
    const int status = run_quietly({launcher, "run", "-q", "-o", output, "--no-mpi", "--", python, "-c", program}, own);
    if (status != 0) {
        return {"python", Verdict::bad, fmt::format("a trial run of {} under pyprof ended with {}", python, status),
                "run `pyprof " + python + " -c pass` to see why"};
    }
    return judge_python(python, output);
}

volatile sig_atomic_t timer_expiries = 0;

void count_expiries(int, siginfo_t* info, void*) { timer_expiries = timer_expiries + 1 + info->si_overrun; }

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// The rate at which a CPU timer of this thread really interrupts it, in Hz; nothing if there is no such timer.
std::optional<double> delivered_rate(double asked_hz) {
    constexpr double trial_s = 0.3;
    struct sigaction action {
    }, before{};
    action.sa_sigaction = count_expiries;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    const int signal = SIGRTMIN + 3;
    sigaction(signal, &action, &before);
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = signal;
    timer_t timer{};
    if (timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer) != 0) return std::nullopt;
    timer_expiries = 0;
    const auto period_ns = static_cast<long>(1e9 / asked_hz);
    const itimerspec every{{0, period_ns}, {0, period_ns}};
    timer_settime(timer, 0, &every, nullptr);
    const double begin = cpu_seconds();
    while (cpu_seconds() < begin + trial_s) {
    }
    const double elapsed = cpu_seconds() - begin;
    timer_delete(timer);
    sigaction(signal, &before, nullptr);
    return timer_expiries / elapsed;
}

Check check_timers() {
    constexpr double asked_hz = 199;
    const std::optional<double> rate = delivered_rate(asked_hz);
    if (!rate) {
        return {"timers", Verdict::bad, std::string{"no CPU timer: "} + std::strerror(errno),
                "raise `ulimit -i` (pending signals) or leave the sandbox that forbids timer_create"};
    }
    const std::string found = fmt::format("CPU timers deliver {:.0f} of {:.0f} Hz", *rate, asked_hz);
    if (*rate > 0.8 * asked_hz) return {"timers", Verdict::good, found, ""};
    return {"timers", *rate > 1 ? Verdict::limited : Verdict::bad, found,
            "the kernel ticks more slowly (CONFIG_HZ); figures stay right, with fewer samples"};
}

Check check_spool(const Environment& environment) {
    constexpr std::uint64_t enough = 256 << 20;
    const std::string spool = spool_of(environment);
    const TemporaryFolder folder{spool};
    if (folder.path().empty()) {
        return {"spool", Verdict::limited, fmt::format("{} cannot be written ({})", spool, std::strerror(errno)),
                "set PYPROF_SPOOL to a folder on a local disk; until then the output folder is used"};
    }
    struct statvfs space {};
    if (statvfs(spool.c_str(), &space) != 0) return {"spool", Verdict::good, spool + " can be written", ""};
    const std::uint64_t free = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
    const std::string found = fmt::format("{} can be written, {} free", spool, report::bytes(free));
    if (free >= enough) return {"spool", Verdict::good, found, ""};
    return {"spool", Verdict::limited, found, "a process may need 16 MiB; set PYPROF_SPOOL to a larger disk"};
}

Check check_mpi(const std::string& launcher, const Environment& environment) {
    const fs::path library = fs::path{launcher}.parent_path().parent_path() / "lib/pyprof/libpyprof-mpi.so";
    std::string found;
    for (const char* name : {"mpirun", "srun"}) {
        const std::string path = program_in_path(name, environment);
        if (!path.empty()) found += (found.empty() ? "" : ", ") + path;
    }
    if (found.empty())
        return {"mpi", Verdict::good, "no mpirun or srun in PATH; profiles of single processes work", ""};
    if (fs::exists(library)) return {"mpi", Verdict::good, found, ""};
    return {"mpi", Verdict::limited, found + ", but " + library.string() + " is missing",
            "install pyprof completely; until then ranks are merged from files"};
}

std::string setting(const char* path) {
    std::ifstream in{path};
    std::string text;
    std::getline(in, text);
    return text.empty() ? "unknown" : text;
}

Check check_counters() {
    perf_event_attr event{};
    event.size = sizeof event;
    event.type = PERF_TYPE_HARDWARE;
    event.config = PERF_COUNT_HW_INSTRUCTIONS;
    event.exclude_kernel = 1;
    const long counter = syscall(SYS_perf_event_open, &event, 0, -1, -1, 0);
    const bool works = counter >= 0;
    const int problem = errno;
    if (works) close(static_cast<int>(counter));
    const std::string settings =
        fmt::format("perf_event_paranoid {}, ptrace_scope {}", setting("/proc/sys/kernel/perf_event_paranoid"),
                    setting("/proc/sys/kernel/yama/ptrace_scope"));
    if (works) return {"counters", Verdict::good, "hardware counters work (" + settings + ")", ""};
    const char* advice = problem == EACCES || problem == EPERM
                             ? "sampling does not need them; for counters set kernel.perf_event_paranoid to 2 or less"
                             : "sampling does not need them; this machine (often a virtual one) has none";
    return {"counters", Verdict::limited, "no hardware counters (" + settings + ")", advice};
}

}  // namespace

std::vector<Check> examine(const std::string& launcher, const Environment& environment) {
    return {check_python(launcher, environment), check_timers(), check_spool(environment),
            check_mpi(launcher, environment), check_counters()};
}

}  // namespace pyprof::cli
