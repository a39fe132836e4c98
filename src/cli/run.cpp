#include "cli/run.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <unistd.h>

#include "cli/behind_launcher.h"
#include "cli/child.h"
#include "cli/collect.h"
#include "cli/command.h"
#include "cli/job.h"
#include "cli/messages.h"
#include "cli/successor.h"
#include "cli/verbs.h"

namespace pyprof::cli {
namespace {

// Errors before the command starts.
int fail(const Recorder& recorder, const std::string& message, int code = exit_failed) {
    if (speaks_for_job(recorder.environment)) say(message);
    return code;
}

std::vector<std::string> words_of(const RunOptions& options) {
    return {options.command.begin(), options.command.end() - 1};
}

std::string host_name() {
    char name[256] = {};
    gethostname(name, sizeof name - 1);
    return name;
}

Recorder make_recorder(const RunOptions& options, const Environment& environment) {
    Recorder recorder;
    recorder.options = options;
    recorder.environment = environment;
    recorder.place = rank_from(environment);
    recorder.host = host_name();
    const bool alone = separates_processes(options.output);
    recorder.key =
        job_key(environment, {recorder.host, identify(getpid()), identify(getppid()), recorder.place, alone});
    recorder.script = program_name(words_of(options));
    std::error_code failure;
    recorder.working_directory = std::filesystem::current_path(failure).string();
    return recorder;
}

std::string folder_of_output(const Recorder& recorder) {
    const auto path = output_path(recorder, recorder.place ? recorder.place->size : 0);
    return path ? std::filesystem::path{*path}.parent_path().string() : std::string{};
}

// Joins the job's folder in the first place that will have it; gives that place, or why there is none.
Result<std::string> join_job(Recorder& recorder) {
    const int rank = recorder.place ? recorder.place->rank : 0;
    std::string reasons;
    for (const auto& root : {recorder.environment.get("PYPROF_SPOOL"), recorder.environment.get("TMPDIR"),
                             std::string{"/tmp"}, folder_of_output(recorder)}) {
        if (root.empty() || root[0] != '/') continue;
        auto folder = JobFolder::join(root, recorder.key, rank);
        if (folder) {
            recorder.folder = std::move(*folder);
            const auto name = std::filesystem::path{recorder.folder->path()}.filename().string();
            const auto fallback = folder_of_output(recorder);
            if (!fallback.empty() && fallback != root) recorder.fallback_folder = fallback + "/" + name;
            return root;
        }
        reasons += (reasons.empty() ? "" : "; ") + folder.error().message();
    }
    return Error{reasons};
}

bool wants_mpi(const Recorder& recorder) {
    return recorder.options.mpi.value_or(recorder.place.has_value() || starts_ranks(recorder.options.command[0]));
}

const char* flag(bool set) { return set ? "1" : "0"; }

void set_preload(Environment& environment, const Recorder& recorder, bool records) {
    std::string list;
    if (records) list = recorder.installation.agent;
    if (wants_mpi(recorder) && access(recorder.installation.mpi.c_str(), R_OK) == 0) {
        list += (list.empty() ? "" : ":") + recorder.installation.mpi;
    }
    const auto others = environment.get("LD_PRELOAD");
    if (!others.empty()) list += (list.empty() ? "" : ":") + others;
    if (!list.empty()) environment.set("LD_PRELOAD", list);
}

// What agents, the MPI library and launchers of the same job read: docs/formats/files.md.
Environment environment_of_command(const Recorder& recorder, const std::string& spool) {
    auto environment = recorder.environment;
    const auto& options = recorder.options;
    const bool records = !recorder.place || options.records_rank(recorder.place->rank);
    set_preload(environment, recorder, records);
    if (records) environment.set("PYPROF_ACTIVE", "1");
    environment.set("PYPROF_JOB", recorder.key);
    if (!spool.empty()) environment.set("PYPROF_SPOOL", spool);
    environment.set("PYPROF_SPOOL_FALLBACK", folder_of_output(recorder));
    environment.set("PYPROF_SCRIPT", recorder.script);
    if (options.rate) environment.set("PYPROF_RATE", std::to_string(*options.rate));
    if (!options.engine.empty()) environment.set("PYPROF_ENGINE", options.engine);
    environment.set("PYPROF_MODE", options.wall ? "wall" : "cpu");
    if (!options.counters.empty()) environment.set("PYPROF_COUNTERS", options.counters);
    if (!options.max_memory.empty()) environment.set("PYPROF_MAX_MEMORY", options.max_memory);
    environment.set("PYPROF_NATIVE", flag(options.native));
    environment.set("PYPROF_CHILDREN", flag(options.children));
    environment.set("PYPROF_MPI", flag(wants_mpi(recorder)));
    const bool all_ranks = wants_mpi(recorder) && every_rank_runs(recorder.environment, "pyprof");
    if (all_ranks && !separates_processes(options.output)) environment.set("PYPROF_ALL_RANKS", "1");
    if (recorder.place) environment.set("PYPROF_RANK", std::to_string(recorder.place->rank));
    // A barrier that one rank misses hangs the job.
    const bool is_sure = all_ranks || environment.get("PYPROF_ALL_RANKS") == "1";
    environment.set("PYPROF_MPI_SYNC", flag(options.mpi_sync && is_sure));
    return environment;
}

// Why the agent cannot be loaded, or empty.
std::string preload_trouble(const Installation& installation) {
    if (!fits_preload(installation.agent)) {
        return installation.agent + " cannot be preloaded: move pyprof to a path without spaces, colons and $";
    }
    if (access(installation.agent.c_str(), R_OK) != 0) {
        return installation.agent + " cannot be read: " + std::strerror(errno) + "; install pyprof as a whole";
    }
    return {};
}

int report_unstarted(const Recorder& recorder, const std::string& word, int error) {
    if (error != ENOENT) {
        return fail(recorder, "cannot run " + word + ": " + std::strerror(error), exit_not_executable);
    }
    const auto verb = word.find('/') == std::string::npos ? similar_verb(word) : std::string{};
    const auto hint = verb.empty() ? std::string{} : "; did you mean pyprof " + verb + "?";
    return fail(recorder, word + ": no such command" + hint, exit_not_found);
}

// The launcher that was killed may have been done but for its exit.
void finish_for_killed(Recorder& recorder) {
    if (recorder.folder && recorder.folder->exists()) finish_recording(recorder, false);
}

// Inside a profiled command: the outermost pyprof writes, this one only gets out of the way.
int become_command(const Recorder& recorder) {
    auto environment = recorder.environment;
    execvpe(recorder.options.command[0], recorder.options.command.data(), environment.block().data());
    return report_unstarted(recorder, recorder.options.command[0], errno);
}

// The command again, with this program between the launcher of ranks and what each of them runs.
int stand_behind_launcher(const Recorder& recorder, std::vector<std::string> command) {
    std::vector<char*> words;
    for (std::string& word : command) words.push_back(word.data());
    words.push_back(nullptr);
    auto environment = recorder.environment;
    execvpe(words[0], words.data(), environment.block().data());
    return report_unstarted(recorder, command[0], errno);
}

// The same command for ranks that may run on other hosts, if it is not that already.
std::optional<std::vector<std::string>> command_for_other_hosts(const RunOptions& options,
                                                                const Environment& environment) {
    const std::vector<std::string> command = words_of(options);
    if (!may_leave_this_host(command, environment)) return std::nullopt;
    std::error_code failure;
    std::vector<std::string> recorder{std::filesystem::read_symlink("/proc/self/exe", failure).string()};
    if (failure) return std::nullopt;
    const std::vector<std::string> own = words_of(options, environment);
    recorder.insert(recorder.end(), own.begin(), own.end());
    recorder.push_back("--");
    return with_recorder_behind(command, recorder);
}

}  // namespace

int run(const RunOptions& options, const Environment& environment) {
    auto recorder = make_recorder(options, environment);
    if (environment.get("PYPROF_ACTIVE") == "1") return become_command(recorder);
    auto installation = find_installation();
    if (!installation) return fail(recorder, installation.error().message());
    recorder.installation = *installation;
    const auto trouble = preload_trouble(recorder.installation);
    if (!trouble.empty()) return fail(recorder, trouble);
    const auto path = output_path(recorder, 0);
    if (!path) return fail(recorder, path.error().message());
    const std::string word = options.command[0];
    const auto search = search_command(word, environment);
    if (search.outcome == CommandSearch::Outcome::not_found) return report_unstarted(recorder, word, ENOENT);
    if (search.outcome == CommandSearch::Outcome::not_executable) return report_unstarted(recorder, word, EACCES);

    if (const auto command = command_for_other_hosts(options, environment))
        return stand_behind_launcher(recorder, *command);

    const BlockedSignals signals;
    const auto spool = join_job(recorder);
    if (!spool)
        fail(recorder, "nothing is recorded, set PYPROF_SPOOL to a folder of yours: " + spool.error().message());
    const auto root = spool ? *spool : std::string{};
    const auto started = start_command(options.command, environment_of_command(recorder, root), signals);
    if (started.pid < 0) {
        const int code = report_unstarted(recorder, word, started.error);
        leave_job(recorder);
        return code;
    }
    recorder.command_pid = started.pid;
    std::optional<Successor> successor;
    if (recorder.place) successor.emplace([&recorder] { finish_for_killed(recorder); });
    const auto end = follow(started.pid, [&recorder] { save_so_far(recorder); });
    finish_recording(recorder, end.asked_to_end);
    if (successor) successor->dismiss();
    exit_as(end.wait_status);
}

}  // namespace pyprof::cli
