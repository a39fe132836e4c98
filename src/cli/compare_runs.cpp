#include "cli/compare_runs.h"

#include <algorithm>
#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "base/mapped_file.h"
#include "cli/command.h"
#include "cli/open_profile.h"
#include "cli/python_command.h"
#include "cli/rank.h"
#include "cli/trial.h"
#include "profile/sums.h"
#include "tracers/cprofile.h"

extern "C" const char pyprof_run_traced[], pyprof_run_traced_end[];

namespace pyprof::cli {
namespace {

namespace fs = std::filesystem;
using compare::Traced;
using Words = std::vector<std::string>;

double median(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

std::string ended_as(int wait_status) {
    return WIFSIGNALED(wait_status) ? fmt::format("signal {}", WTERMSIG(wait_status))
                                    : fmt::format("exit code {}", WEXITSTATUS(wait_status));
}

// When the last process of a profile ended, in seconds since 1970; the launcher goes on, to name what it recorded.
double end_of(const profile::Profile& profile) {
    std::uint64_t end_ns = 0;
    for (const profile::Process& process : profile.processes)
        end_ns = std::max(end_ns, process.started_realtime_ns + process.wall_ns);
    return static_cast<double>(end_ns) / 1e9;
}

// Where files of all ranks can meet: ranks of a launcher may be on other hosts, which share the working directory.
std::string folder_for(const Words& command, const Environment& environment) {
    const bool has_launcher = std::ranges::any_of(command, starts_ranks);
    return has_launcher && access(".", W_OK) == 0 ? fs::current_path().string() : spool_of(environment);
}

// The files that one run under cProfile left: rank-R.prof or alone.prof.
Result<std::vector<Traced>> read_counts(const std::string& folder) {
    std::vector<Traced> traced;
    for (const auto& entry : fs::directory_iterator{folder}) {
        const std::string name = entry.path().stem().string();
        if (entry.path().extension() != ".prof") continue;
        const Result<MappedFile> file = MappedFile::open(entry.path().string());
        if (!file) return file.error();
        Result<tracers::CallStatistics> statistics = tracers::read_cprofile(file->bytes());
        if (!statistics) return Error{entry.path().string() + ": " + statistics.error().message()};
        const std::int32_t rank = name.starts_with("rank-") ? std::stoi(name.substr(5)) : -1;
        traced.push_back({rank, *std::move(statistics)});
    }
    std::ranges::sort(traced, {}, &Traced::rank);
    return traced;
}

// One program's runs of the three kinds.
class Runs {
public:
    Runs(RunPlan plan, PythonCommand python, const Environment& environment, HeldSignals& signals, std::string folder)
        : plan_{std::move(plan)},
          python_{std::move(python)},
          environment_{environment},
          signals_{signals},
          folder_{std::move(folder)} {}

    Result<ComparedRuns> all() {
        const Status written = write_tracer();
        if (!written) return written.error();
        using Kind = Status (Runs::*)(std::size_t);
        std::vector<Kind> kinds{&Runs::alone, &Runs::sampled, &Runs::traced};
        for (std::size_t round = 0; round < plan_.rounds; round++) {
            for (const Kind kind : kinds) {
                const Status ran = (this->*kind)(round);
                if (!ran) return ran.error();
                if (signals_.received() != 0) return Error{"interrupted"};
            }
            const Status added = add(round);
            if (!added) return added.error();
            std::ranges::rotate(kinds, kinds.begin() + 1);
        }
        return result();
    }

private:
    std::string path(const char* what, std::size_t round) const {
        return fmt::format("{}/{}-{}", folder_, what, round);
    }
    std::string tracer() const { return folder_ + "/run_traced.py"; }

    Status write_tracer() const {
        std::ofstream file{tracer(), std::ios::binary};
        file.write(pyprof_run_traced, pyprof_run_traced_end - pyprof_run_traced);
        file.close();
        if (!file) return Error{folder_ + " cannot be written; set TMPDIR to a folder with room"};
        return {};
    }

    Status alone(std::size_t round) {
        const bool is_first = round == 0;
        const Result<TimedRun> run =
            run_timed(plan_.command, environment_, is_first ? plan_.output : Output::dropped, signals_);
        if (!run) return run.error();
        if (is_first) wait_status_ = run->wait_status;
        alone_s_.push_back(run->wall_s());
        return {};
    }

    Status sampled(std::size_t round) {
        Words words{plan_.launcher, "run", "-q", "-o", path("sampled", round)};
        if (!environment_.has("PYPROF_MODE")) words.insert(words.end(), {"--mode", "wall"});
        if (std::ranges::any_of(plan_.command, starts_ranks)) words.emplace_back("--mpi");
        words.emplace_back("--");
        words.insert(words.end(), plan_.command.begin(), plan_.command.end());
        const Result<TimedRun> run = run_timed(words, environment_, Output::dropped, signals_);
        if (!run) return run.error();
        sampled_started_s_ = run->started_s;
        note_end("when it was sampled", run->wait_status);
        return {};
    }

    Status traced(std::size_t round) {
        std::error_code failure;
        fs::create_directory(path("traced", round), failure);
        if (failure) return Error{path("traced", round) + ": " + failure.message()};
        Words words = python_.interpreter;
        words.insert(words.end(), {tracer(), path("traced", round), rank_variables()});
        words.insert(words.end(), python_.program.begin(), python_.program.end());
        const Result<TimedRun> run = run_timed(words, environment_, Output::dropped, signals_);
        if (!run) return run.error();
        traced_s_.push_back(run->wall_s());
        note_end("under cProfile", run->wait_status);
        traced_status_ = run->wait_status;
        return {};
    }

    void note_end(const char* how, int wait_status) {
        const std::string note = fmt::format("Alone the program ended with {}, {} with {}.", ended_as(wait_status_),
                                             how, ended_as(wait_status));
        if (wait_status != wait_status_ && std::ranges::find(notes_, note) == notes_.end()) notes_.push_back(note);
    }

    Status add(std::size_t round) {
        Result<OpenedProfile> opened = open_profile(path("sampled", round));
        if (!opened) return Error{"nothing was sampled: the program is too short, or `pyprof doctor` says why"};
        sampled_s_.push_back(end_of(opened->profile) - sampled_started_s_);
        Result<std::vector<Traced>> traced = read_counts(path("traced", round));
        if (!traced) return traced.error();
        if (traced->empty())
            return Error{
                fmt::format("cProfile left no counts: under it the program ended with {}; it must end by itself "
                            "or by os._exit",
                            ended_as(traced_status_))};
        const std::size_t ranks = std::max<std::size_t>(1, profile::ranks_of(opened->profile).size());
        if (traced->size() < ranks)
            notes_.push_back(fmt::format("Of {} ranks {} left counts, which are compared; the others were killed.",
                                         ranks, traced->size()));
        // Variables of a batch job may tell of a rank where there is none.
        if (profile::ranks_of(opened->profile).empty() && traced->size() == 1) traced->front().rank = -1;
        const Status added = comparer_.add(opened->profile, *traced);
        profile_ = std::move(opened->profile);
        return added;
    }

    ComparedRuns result() {
        compare::Comparison comparison = comparer_.compare();
        comparison.bare_wall_s = median(alone_s_);
        comparison.sampled_wall_s = median(sampled_s_);
        comparison.cprofile_wall_s = median(traced_s_);
        comparison.notes.insert(comparison.notes.end(), notes_.begin(), notes_.end());
        return {std::move(comparison), std::move(profile_), wait_status_};
    }

    RunPlan plan_;
    PythonCommand python_;
    const Environment& environment_;
    HeldSignals& signals_;
    std::string folder_;
    compare::Comparer comparer_;
    profile::Profile profile_;
    std::vector<double> alone_s_, sampled_s_, traced_s_;
    std::vector<std::string> notes_;
    double sampled_started_s_ = 0;  // of this round
    int wait_status_ = 0, traced_status_ = 0;
};

}  // namespace

Result<ComparedRuns> compare_runs(const RunPlan& plan, const Environment& environment, HeldSignals& signals) {
    Result<PythonCommand> python = divide_python_command(plan.command, environment);
    if (!python) return python.error();
    const std::string parent = folder_for(plan.command, environment);
    const TemporaryFolder folder{parent, "compare"};
    if (folder.path().empty()) return Error{parent + " cannot be written; set TMPDIR to a folder of yours"};
    return Runs{plan, *std::move(python), environment, signals, folder.path()}.all();
}

}  // namespace pyprof::cli
