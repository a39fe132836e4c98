#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <memory>
#include <optional>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/mapped_file.h"
#include "cli/analyze.h"
#include "cli/child.h"
#include "cli/command.h"
#include "cli/compare_page.h"
#include "cli/compare_runs.h"
#include "cli/installation.h"
#include "cli/open_profile.h"
#include "cli/python_command.h"
#include "cli/rank.h"
#include "cli/run.h"
#include "cli/terminal.h"
#include "compare/comparison.h"
#include "formats/html.h"
#include "profile/sums.h"
#include "report/compare_json.h"
#include "report/compare_text.h"
#include "report/words.h"
#include "tracers/cprofile.h"
#include "tracers/line_profiler.h"
#include "tracers/pickle.h"

namespace pyprof::cli {
namespace {

using compare::Traced;
using profile::Profile;

struct Choice {
    std::vector<std::string> words;  // a command, or:
    std::string profile;
    std::vector<std::string> files;
    bool run = false;
    std::size_t rounds = 1;
    std::optional<std::int32_t> rank;
    std::size_t limit = 0;
    bool json = false;
    std::string html;
    bool without_source = false;
};

struct RankFile {
    std::int32_t rank = -1;
    std::string path;
};

std::string with_rank(std::string pattern, std::int32_t rank) {
    for (std::size_t at = pattern.find("%r"); at != std::string::npos; at = pattern.find("%r"))
        pattern.replace(at, 2, std::to_string(rank));
    return pattern;
}

// Which file is of which rank: a pattern with %r names one for each, else the files stand in the order of the ranks.
Result<std::vector<RankFile>> files_of_ranks(const Profile& profile, const Choice& choice) {
    std::vector<std::int32_t> ranks = profile::ranks_of(profile);
    if (choice.rank) {
        if (std::ranges::find(ranks, *choice.rank) == ranks.end())
            return Error{fmt::format("{} has no rank {}", choice.profile, *choice.rank)};
        ranks = {*choice.rank};
    }
    if (ranks.empty()) ranks = {-1};
    std::vector<RankFile> files;
    const bool is_pattern = choice.files.size() == 1 && choice.files.front().find("%r") != std::string::npos;
    if (is_pattern && ranks.front() < 0)
        return Error{choice.profile + " has no ranks, so %r means none; give the name of the one file"};
    if (!is_pattern && choice.files.size() != ranks.size())
        return Error{
            fmt::format("{} has {}, but there are {} to compare; give one for each rank in order or NAME-%r.prof, "
                        "or choose one rank with --rank R",
                        choice.profile, ranks.front() < 0 ? "no ranks" : report::counted(ranks.size(), "rank"),
                        report::counted(choice.files.size(), "file"))};
    for (std::size_t i = 0; i < ranks.size(); i++)
        files.push_back({ranks[i], is_pattern ? with_rank(choice.files.front(), ranks[i]) : choice.files[i]});
    return files;
}

Result<Traced> read_traced(const RankFile& file) {
    const Result<MappedFile> mapped = MappedFile::open(file.path);
    if (!mapped) return mapped.error();
    if (tracers::is_pickle(mapped->bytes())) {
        Result<tracers::LineStatistics> lines = tracers::read_line_profiler(mapped->bytes());
        if (!lines) return Error{file.path + ": " + lines.error().message()};
        return Traced{file.rank, *std::move(lines)};
    }
    Result<tracers::CallStatistics> statistics = tracers::read_cprofile(mapped->bytes());
    if (!statistics) return Error{file.path + ": " + statistics.error().message()};
    return Traced{file.rank, *std::move(statistics)};
}

int write_page(const compare::Comparison& comparison, const Profile& profile, const Choice& choice,
               const std::string& damage) {
    const Result<Page> page = compare_page(comparison, profile, !choice.without_source);
    if (!page) return fail(exit_code::usage, page.error().message());
    const Status written = formats::write_html(page->profile, page->parts, choice.html);
    return written ? finish("", damage) : fail(exit_code::usage, written.error().message());
}

int show(const compare::Comparison& comparison, const Profile& profile, const Choice& choice,
         const std::string& damage) {
    if (!choice.html.empty()) return write_page(comparison, profile, choice, damage);
    return finish(choice.json ? report::compare_json(comparison, choice.limit)
                              : report::compare_text(comparison, choice.limit, stdout_style()),
                  damage);
}

int compare_files(Choice choice) {
    if (choice.words.size() < 2)
        return fail(exit_code::usage, "compare takes a profile and a file of cProfile, or --run");
    choice.profile = choice.words.front();
    choice.files.assign(choice.words.begin() + 1, choice.words.end());
    const Result<OpenedProfile> opened = [&] {
        const Progress progress{"reading " + choice.profile};
        return open_profile(choice.profile);
    }();
    if (!opened) return fail(exit_code::unreadable, opened.error().message());
    const Result<std::vector<RankFile>> files = files_of_ranks(opened->profile, choice);
    if (!files) return fail(exit_code::usage, files.error().message());
    std::vector<Traced> traced;
    for (const RankFile& file : *files) {
        Result<Traced> read = read_traced(file);
        if (!read) return fail(exit_code::unreadable, read.error().message());
        traced.push_back(*std::move(read));
    }
    const auto is_other_kind = [&](const Traced& each) {
        return each.statistics.index() != traced.front().statistics.index();
    };
    if (std::ranges::any_of(traced, is_other_kind))
        return fail(exit_code::usage, "files of cProfile and of line_profiler are compared one kind at a time");
    compare::Comparer comparer;
    const Status added = comparer.add(opened->profile, traced);
    if (!added) return fail(exit_code::usage, choice.profile + ": " + added.error().message());
    return show(comparer.compare(), opened->profile, choice, opened->damage);
}

// Why the command cannot be run, with the exit code for that.
std::optional<std::pair<int, std::string>> trouble_before_start(const Choice& choice, const Environment& environment) {
    if (rank_from(environment))
        return std::pair{
            exit_failed,
            std::string{"compare --run starts the ranks itself: pyprof compare --run -- mpirun -n 4 python app.py"}};
    const std::string& word = choice.words.front();
    const CommandSearch::Outcome outcome = search_command(word, environment).outcome;
    if (outcome == CommandSearch::Outcome::not_found) return std::pair{exit_not_found, word + ": no such command"};
    if (outcome == CommandSearch::Outcome::not_executable)
        return std::pair{exit_not_executable, "cannot run " + word + ": Permission denied"};
    const Result<PythonCommand> python = divide_python_command(choice.words, environment);
    if (!python) return std::pair{exit_failed, python.error().message()};
    return std::nullopt;
}

// Ends as the program did when it ran alone.
int compare_command(const Choice& choice) {
    const Environment environment{environ};
    if (const auto trouble = trouble_before_start(choice, environment)) return fail(trouble->first, trouble->second);
    int interrupted = 0;
    const Result<ComparedRuns> runs = [&] {
        HeldSignals signals;
        Result<ComparedRuns> result = compare_runs(
            {launcher_of_analyze(), choice.words, choice.rounds, choice.json ? Output::to_stderr : Output::kept},
            environment, signals);
        interrupted = signals.received();
        return result;
    }();
    if (interrupted != 0) exit_as(interrupted);
    if (!runs) return fail(exit_code::unreadable, runs.error().message());
    const int shown = show(runs->comparison, runs->profile, choice, "");
    if (shown == exit_code::success && runs->wait_status != 0) exit_as(runs->wait_status);
    return shown;
}

// Options of `compare` whose value is the next word, unless `=` brings it.
bool takes_a_word(std::string_view word) {
    constexpr std::array<std::string_view, 4> options{"--rounds", "--rank", "--limit", "--html"};
    return std::ranges::find(options, word) != options.end();
}

}  // namespace

std::vector<std::string> command_behind_a_mark(std::vector<std::string> words) {
    const auto run = std::ranges::find(words, "--run");
    if (words.empty() || words.front() != "compare" || run == words.end()) return words;
    auto first = run;
    while (first != words.end() && first->starts_with('-') && *first != "--")
        first += std::min<std::ptrdiff_t>(takes_a_word(*first) ? 2 : 1, words.end() - first);
    if (first != words.end() && *first != "--") words.insert(first, "--");
    return words;
}

void add_compare(CLI::App& verb, int& exit_code) {
    const auto choice = std::make_shared<Choice>();
    verb.add_option("FILE", choice->words,
                    "a profile, then the file of cProfile or line_profiler; of several ranks one each, or "
                    "NAME-%r.prof. With --run: the command")
        ->required();
    verb.add_flag("--run", choice->run, "run the command: alone, sampled, and under cProfile");
    verb.add_option("--rounds", choice->rounds, "how often, by turns, with medians and means")
        ->type_name("N")
        ->check(CLI::Range(1, 1000));
    verb.add_option("--rank", choice->rank, "this rank only")->type_name("R");
    verb.add_option("--limit", choice->limit, "functions to show")->type_name("N");
    verb.add_flag("--json", choice->json, "everything, schema pyprof.compare/1");
    CLI::Option* const html =
        verb.add_option("--html", choice->html, "a page with all views of the profile, and the comparison")
            ->type_name("OUT")
            ->excludes("--json");
    verb.add_flag("--no-source", choice->without_source, "leave the text of source files out of the page")->needs(html);
    verb.callback([choice, &exit_code] {
        exit_code = choice->run ? compare_command(*choice) : compare_files(std::move(*choice));
    });
}

}  // namespace pyprof::cli
