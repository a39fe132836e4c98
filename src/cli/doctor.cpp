#include "cli/doctor.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <linux/perf_event.h>
#include <optional>
#include <signal.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "cli/trial.h"
#include "profile/sums.h"
#include "profile/tree.h"
#include "report/words.h"

namespace pyprof::cli {
namespace {

namespace fs = std::filesystem;

bool has_python_frames(const profile::Profile& profile) {
    for (const profile::Value& value : profile.values) {
        for (const std::uint32_t context : profile::path_to(profile, value.context)) {
            if (profile::function_of(profile, context).domain == profile::Domain::python) return true;
        }
    }
    return false;
}

// What the recorded profile of a short Python program says.
Check judge_python(const std::string& python, const profile::Profile& profile) {
    const std::string version = profile.run.pythons.empty() ? "" : " " + profile.run.pythons.front();
    if (has_python_frames(profile)) {
        return {"python", Verdict::good, fmt::format("{}{}: Python and native stacks", python, version), ""};
    }
    const std::string why = profile.processes.front().python_message;
    return {"python", Verdict::limited,
            fmt::format("{}{}: native stacks only{}", python, version, why.empty() ? "" : " (" + why + ")"),
            "use CPython 3.8 to 3.15 for Python lines"};
}

std::string python_of(const Environment& environment) {
    const std::string python = program_in_path("python3", environment);
    return python.empty() ? program_in_path("python", environment) : python;
}

Check check_python(const std::string& launcher, const Environment& environment) {
    const std::string python = python_of(environment);
    if (python.empty()) {
        return {"python", Verdict::limited, "no python3 in PATH", "load the Python module or environment that you use"};
    }
    if (access(launcher.c_str(), X_OK) != 0) {
        return {"python", Verdict::bad, launcher + " is missing", "install pyprof completely"};
    }
    const auto profile = record_trial({launcher, python, {}}, environment);
    if (profile) return judge_python(python, *profile);
    return {"python", Verdict::bad, profile.error().message(),
            "run `pyprof " + python + " -c pass` to see why; LD_PRELOAD must work for it"};
}

struct EngineTrial {
    const char* name;
    int rate_hz;
    const char* use;     // where it works
    const char* advice;  // where it does not
};

constexpr EngineTrial engine_trials[] = {
    {"cpu", 199, "the default", "raise `ulimit -i` (pending signals) or leave the sandbox that forbids timer_create"},
    {"perf", 1000, "chosen above the kernel's tick rate",
     "set kernel.perf_event_paranoid to 2 or less and allow perf_event_open in the sandbox; until then more than "
     "CONFIG_HZ samples a second come as weights of fewer samples"},
    {"tgkill", 1000, "on request", "allow another thread (`ulimit -u`); the other engines do not need it"},
};

// Records a short program with this engine and asks what interrupted it, and how often.
Check check_engine(const EngineTrial& engine, const std::string& launcher, const Environment& environment) {
    const std::string name = std::string{"engine "} + engine.name;
    const std::string python = python_of(environment);
    if (python.empty() || access(launcher.c_str(), X_OK) != 0) {
        return {name, Verdict::limited, "not tried", "see python"};
    }
    const std::vector<std::string> options{"--engine", engine.name, "--rate", std::to_string(engine.rate_hz)};
    const auto profile = record_trial({launcher, python, options}, environment);
    if (!profile) return {name, Verdict::limited, profile.error().message(), "see python"};
    const profile::Run& run = profile->run;
    if (run.engine != engine.name) {
        const std::string why = run.notes.empty() ? "" : " (" + run.notes.front() + ")";
        return {name, Verdict::limited, run.engine + " took its place" + why, engine.advice};
    }
    return {
        name, Verdict::good,
        fmt::format("delivers {:.0f} of {} Hz, covers {:.0f} % of the CPU time; {}", profile->quality.rate_delivered_hz,
                    engine.rate_hz, 100 * profile->quality.cpu_covered, engine.use),
        ""};
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

// CONFIG_HZ, from the resolution of the clock that the tick drives.
long ticks_per_second() {
    timespec resolution{};
    clock_getres(CLOCK_MONOTONIC_COARSE, &resolution);
    return resolution.tv_nsec > 0 ? 1'000'000'000 / resolution.tv_nsec : 0;
}

Check check_timers() {
    constexpr double asked_hz = 199;
    const std::optional<double> rate = delivered_rate(asked_hz);
    if (!rate) {
        return {"timers", Verdict::bad, std::string{"no CPU timer: "} + std::strerror(errno),
                "raise `ulimit -i` (pending signals) or leave the sandbox that forbids timer_create"};
    }
    const std::string found = fmt::format("CPU timers deliver {:.0f} of {:.0f} Hz; the kernel ticks {} times a second",
                                          *rate, asked_hz, ticks_per_second());
    if (*rate > 0.8 * asked_hz) return {"timers", Verdict::good, found, ""};
    return {"timers", *rate > 1 ? Verdict::limited : Verdict::bad, found,
            static_cast<double>(ticks_per_second()) < asked_hz
                ? "the kernel ticks more slowly (CONFIG_HZ); figures stay right, with fewer samples"
                : "the machine is busy or virtual; figures stay right, with fewer samples"};
}

Check check_spool(const Environment& environment) {
    constexpr std::uint64_t enough = 256 << 20;
    const std::string spool = spool_of(environment);
    const TemporaryFolder folder{spool, "doctor"};
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

// The cycle counter measures what the handlers cost; it must go on evenly whatever the cores do.
Check check_clock() {
    std::ifstream in{"/proc/cpuinfo"};
    std::string line;
    while (std::getline(in, line) && line.rfind("flags", 0) != 0) {
    }
    const bool even = line.find(" constant_tsc") != std::string::npos && line.find(" nonstop_tsc") != std::string::npos;
    const std::string source = setting("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    if (even) return {"clock", Verdict::good, "the cycle counter is even; the kernel's clock is " + source, ""};
    return {"clock", Verdict::limited, "the cycle counter may change its pace; the kernel's clock is " + source,
            "shares and totals do not need it; what pyprof says about its own cost is approximate"};
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
    std::vector<Check> checks{check_python(launcher, environment)};
    for (const EngineTrial& engine : engine_trials) checks.push_back(check_engine(engine, launcher, environment));
    for (const Check& check : {check_timers(), check_clock(), check_spool(environment),
                               check_mpi(launcher, environment), check_counters()}) {
        checks.push_back(check);
    }
    return checks;
}

}  // namespace pyprof::cli
