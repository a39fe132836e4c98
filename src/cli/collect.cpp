#include "cli/collect.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utility>

#include "cli/file_descriptor.h"
#include "cli/messages.h"
#include "cli/recordings.h"
#include "gather/files.h"
#include "gather/many_files.h"

namespace pyprof::cli {
namespace {

constexpr const char* output_note = "output";  // what save_so_far wrote, to be replaced

std::vector<std::string> folders_of(const Recorder& recorder) {
    return {recorder.folder->path(), recorder.fallback_folder};
}

// The job's hosts do not share this folder and rank 0 is on another one, which writes the output.
bool is_far_from_rank_zero(const Recorder& recorder) {
    return recorder.place && recorder.folder->lowest_ever() > 0 && !recorder.place->all_on_this_host() &&
           !separates_processes(recorder.options.output);
}

int rank_count(const Recorder& recorder, const gather::Tree& tree) {
    if (recorder.place) return std::max(recorder.place->size, 1);
    int count = 0;
    for (const auto& process : tree.processes) {
        if (process.rank >= 0) count = std::max(count, process.rank_count);
    }
    return count > 1 ? count : 0;
}

// From words as a shell takes them.
std::string merge_command(const std::vector<std::string>& inputs, const std::string& output) {
    std::string command = "pyprof merge";
    for (const auto& input : inputs) command += " " + input;
    return command + " -o " + output;
}

// As a person in the working directory would type it.
std::string shown(const Recorder& recorder, const std::string& path) {
    const auto prefix = recorder.working_directory + "/";
    return shell_word(path.compare(0, prefix.size(), prefix) == 0 ? path.substr(prefix.size()) : path);
}

// pyprof-analyze, which puts names into the file that is written. It is started before there is one, since it takes as
// long to start as the file to be written. Without it, or when it fails, reading verbs name the file later.
class NamingProcess {
public:
    explicit NamingProcess(const std::string& program) {
        int ends[2];
        if (access(program.c_str(), X_OK) != 0 || pipe2(ends, O_CLOEXEC) != 0) return;
        const FileDescriptor reading{ends[0]};
        path_ = FileDescriptor{ends[1]};
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, reading.get(), STDIN_FILENO);
        for (const int stream : {STDOUT_FILENO, STDERR_FILENO})
            posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0);
        posix_spawnattr_t attributes;
        posix_spawnattr_init(&attributes);
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
        char* words[] = {const_cast<char*>("pyprof-analyze"), const_cast<char*>("name"), const_cast<char*>("-"),
                         nullptr};
        if (posix_spawn(&process_, program.c_str(), &actions, &attributes, words, environ) != 0) process_ = -1;
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
    }

    // Names `path`, if it is not empty, and ends the process.
    void finish(const std::string& path) {
        // SIGPIPE, if the process is gone, is blocked as all signals are.
        static_cast<void>(!write(path_.get(), path.data(), path.size()));
        path_ = FileDescriptor{};
        while (process_ > 0 && waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }

private:
    pid_t process_ = -1;
    FileDescriptor path_;
};

void remove_files(const std::vector<std::string>& paths) {
    for (const auto& path : paths) unlink(path.c_str());
}

// Where this launcher's sum belongs: the output, or beside it if rank 0 writes that on another host.
Result<std::string> target_path(const Recorder& recorder, const gather::Tree& tree) {
    auto path = output_path(recorder, rank_count(recorder, tree));
    if (path && is_far_from_rank_zero(recorder)) *path += ".d/" + recorder.host + ".gath";
    return path;
}

// Writes the sum over what `save_so_far` wrote, else under a name of its own.
Result<std::string> write_sum(const Recorder& recorder, const std::string& wanted, const gather::Tree& tree) {
    const auto earlier = recorder.folder->note(output_note);
    if (earlier.empty() || access(earlier.c_str(), F_OK) != 0) return write_output(wanted, tree);
    const auto status = gather::write_gathered(earlier, tree);
    if (!status) return status.error();
    return earlier;
}

std::string what_was_recorded(const Recorder& recorder, const gather::Tree& tree) {
    const auto figures = figures_of(tree);
    const auto text = summary(figures);
    const int expected = separates_processes(recorder.options.output) ? 1 : rank_count(recorder, tree);
    if (figures.ranks == 0 || figures.ranks >= expected) return text;
    return std::to_string(figures.ranks) + " of " + std::to_string(expected) + " ranks" + text.substr(text.find(','));
}

// Until the launcher that writes is done, or 0.7 s.
void wait_for_writer(const JobFolder& folder) {
    constexpr timespec step{0, 10'000'000};
    for (int steps = 0; steps < 70 && folder.exists() && folder.note(output_note).empty(); ++steps) {
        nanosleep(&step, nullptr);
    }
}

// Writes what was found, and says so.
class Ending {
public:
    explicit Ending(Recorder& recorder) : recorder_{recorder} {}

    // The command still runs: everything goes into the output and stays in the spool too.
    void write_so_far(Recordings found) {
        found.complete.insert(found.complete.end(), found.live.begin(), found.live.end());
        const auto gathered = gather::gather_files(found.complete);
        const auto wanted = target_path(recorder_, gathered.tree);
        if (!wanted || gathered.read.empty()) return;
        const auto written = write_sum(recorder_, *wanted, gathered.tree);
        if (!written) return;
        recorder_.folder->set_note(output_note, *written);
        speak("asked to end: " + what_was_recorded(recorder_, gathered.tree) + " so far -> " +
              shown(recorder_, *written));
    }

    // The command has ended: what is in the output leaves the spool.
    void write(Recordings found) {
        spare_remainders(found);
        if (found.complete.empty()) {
            remove_files(found.redundant);
            return found.live.empty() ? speak_of_nothing() : void();
        }
        const auto gathered = gather::gather_files(found.complete);
        const auto wanted = target_path(recorder_, gathered.tree);
        if (!wanted) return speak(wanted.error().message());
        const auto written = write_sum(recorder_, *wanted, gathered.tree);
        if (!written) return speak_of_failure(written.error(), *wanted);
        remove_files(gathered.read);
        remove_files(found.redundant);
        speak_of_success(gathered, *wanted, *written, found.live);
        written_ = *written;
    }

    // What `write` wrote; empty if nothing.
    const std::string& written() const { return written_; }

private:
    // The merge over MPI has all else: so a rank's run ends at MPI_Finalize on every host, and for a few milliseconds
    // there is no file of another host beside the output, to be joined by hand.
    static void spare_remainders(Recordings& found) {
        const auto rest = std::stable_partition(found.complete.begin(), found.complete.end(),
                                                [](const auto& path) { return !is_small_remainder(path); });
        found.redundant.insert(found.redundant.end(), rest, found.complete.end());
        found.complete.erase(rest, found.complete.end());
    }

    void speak(const std::string& line) const {
        const bool is_another_rank = separates_processes(recorder_.options.output) && recorder_.place &&
                                     recorder_.place->rank > 0;  // each writes its own, the first speaks
        if (!recorder_.options.quiet && !is_another_rank) say(line);
    }

    void speak_of_nothing() const {
        if (is_far_from_rank_zero(recorder_)) return;  // the usual case: merged over MPI
        speak(
            "nothing was recorded: no program of this command could be sampled (too short, a static or privileged "
            "program, or only shells and helpers); no file is written");
    }

    void speak_of_failure(const Error& error, const std::string& wanted) const {
        const auto name = std::filesystem::path{wanted}.filename().string();
        speak(error.message() + "; the recordings are kept, to be written elsewhere by: " +
              merge_command({shell_word(recorder_.folder->path())}, shell_word(name)));
    }

    void speak_of_success(const gather::Gathered& gathered, const std::string& wanted, const std::string& written,
                          const std::vector<std::string>& live) const {
        const auto file = shown(recorder_, written);
        const auto found = what_was_recorded(recorder_, gathered.tree);
        if (is_far_from_rank_zero(recorder_)) {
            const auto output = wanted.substr(0, wanted.rfind(".d/"));
            return speak(found + " of host " + recorder_.host + " -> " + file + ", not merged over MPI; join with: " +
                         merge_command({shown(recorder_, output), shown(recorder_, output + ".d")},
                                       shown(recorder_, numbered_output(output, 2))));
        }
        speak(found + " -> " + file + "  (pyprof report " + file + ")");
        if (!live.empty()) {
            speak(std::to_string(live.size()) + " of its processes still run; when they have ended: " +
                  merge_command({file, shell_word(recorder_.folder->path())},
                                shown(recorder_, numbered_output(written, 2))));
        } else if (!gathered.unreadable.empty()) {
            speak(gathered.tree.notes.front() + "; kept in " + recorder_.folder->path());
        } else if (written != wanted && recorder_.folder->note(output_note).empty()) {
            speak(shown(recorder_, wanted) + " existed and is left as it was");
        }
    }

    Recorder& recorder_;
    std::string written_;
};

}  // namespace

Result<std::string> output_path(const Recorder& recorder, int ranks) {
    const auto name = default_output(recorder.script, ranks, recorder.folder ? recorder.folder->started_ns() : 0);
    std::string path = recorder.options.output;
    if (!path.empty()) {
        const OutputKeys keys{recorder.place ? recorder.place->rank : 0, ranks, recorder.host, recorder.command_pid,
                              recorder.key};
        auto expanded = expand_output(path, keys, recorder.environment);
        if (!expanded) return expanded;
        path = std::move(*expanded);
    }
    std::error_code failure;
    const auto whole = std::filesystem::path{recorder.working_directory} / path;
    const bool is_folder = path.empty() || path.back() == '/' || std::filesystem::is_directory(whole, failure);
    return (is_folder ? whole / name : whole).lexically_normal().string();
}

void leave_job(Recorder& recorder) {
    if (!recorder.folder) return;
    recorder.folder->lock();
    recorder.folder->leave();
    if (!recorder.folder->others_alive()) recorder.folder->remove_if_empty();
    recorder.folder->unlock();
}

void save_so_far(Recorder& recorder) {
    if (!recorder.folder) return;
    auto& folder = *recorder.folder;
    folder.lock();
    if (folder.is_lowest()) Ending{recorder}.write_so_far(find_recordings(folders_of(recorder), recorder.host));
    folder.unlock();
}

void finish_recording(Recorder& recorder, bool in_danger) {
    if (!recorder.folder) return;
    auto& folder = *recorder.folder;
    folder.lock();
    folder.leave();
    if (folder.others_alive()) {
        folder.unlock();
        if (in_danger) wait_for_writer(folder);
        return;
    }
    const bool names = !is_far_from_rank_zero(recorder);
    NamingProcess naming{names ? recorder.installation.analyze : std::string{}};
    Ending ending{recorder};
    ending.write(settled_recordings(folders_of(recorder), recorder.host));
    folder.remove_if_empty();
    if (!recorder.fallback_folder.empty()) rmdir(recorder.fallback_folder.c_str());
    folder.unlock();
    naming.finish(ending.written());
}

}  // namespace pyprof::cli
