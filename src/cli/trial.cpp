#include "cli/trial.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fmt/core.h>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/open_profile.h"

namespace pyprof::cli {
namespace {

namespace fs = std::filesystem;

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

// Without options of the caller's own.
Environment plain(Environment environment, const std::string& spool) {
    environment.set("PYPROF_SPOOL", spool);
    for (const char* name : {"PYPROF_ACTIVE", "PYPROF_JOB", "PYPROF_RATE", "PYPROF_MODE", "PYPROF_ENGINE"}) {
        environment.unset(name);
    }
    return environment;
}

}  // namespace

std::string program_in_path(const std::string& name, const Environment& environment) {
    std::istringstream folders{environment.get("PATH")};
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string path = (folder.empty() ? "." : folder) + "/" + name;
        if (access(path.c_str(), X_OK) == 0 && fs::is_regular_file(path)) return path;
    }
    return "";
}

std::string spool_of(const Environment& environment) {
    for (const char* name : {"PYPROF_SPOOL", "TMPDIR"}) {
        if (environment.has(name)) return environment.get(name);
    }
    return "/tmp";
}

TemporaryFolder::TemporaryFolder(const std::string& parent, const std::string& purpose)
    : path_{parent + "/pyprof-" + purpose + "-XXXXXX"} {
    if (mkdtemp(path_.data()) == nullptr) path_.clear();
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
}

Result<profile::Profile> record_trial(const Trial& trial, const Environment& environment) {
    const TemporaryFolder folder{spool_of(environment), "doctor"};
    if (folder.path().empty()) return Error{"not tried: no folder for the trial"};
    const std::string output = folder.path() + "/trial.pyprof";
    const std::string program =
        fmt::format("import time\nend = time.process_time() + {}\nwhile time.process_time() < end: sum(range(1000))\n",
                    trial.cpu_seconds);
    std::vector<std::string> words{trial.launcher, "run", "-q", "-o", output, "--no-mpi"};
    words.insert(words.end(), trial.options.begin(), trial.options.end());
    words.insert(words.end(), {"--", trial.python, "-c", program});
    const int status = run_quietly(words, plain(environment, folder.path()));
    if (status != 0) return Error{fmt::format("a trial run of {} under pyprof ended with {}", trial.python, status)};
    const Result<OpenedProfile> opened = open_profile(output);
    if (!opened || opened->profile.values.empty()) {
        return Error{trial.python + " runs, but its profile holds no samples"};
    }
    return opened->profile;
}

}  // namespace pyprof::cli
