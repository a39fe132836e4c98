#include <algorithm>
#include <fmt/core.h>
#include <memory>
#include <utility>
#include <vector>

#include "base/mapped_file.h"
#include "cli/analyze.h"
#include "cli/open_profile.h"
#include "cli/terminal.h"
#include "compare/comparison.h"
#include "profile/sums.h"
#include "report/compare_json.h"
#include "report/compare_text.h"
#include "tracers/cprofile.h"

namespace pyprof::cli {
namespace {

using compare::Traced;
using profile::Profile;

struct Choice {
    std::string profile;
    std::vector<std::string> files;
    std::optional<std::int32_t> rank;
    std::size_t limit = 0;
    bool json = false;
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
    if (!is_pattern && choice.files.size() != ranks.size())
        return Error{fmt::format(
            "{} has {} rank{}, but there are {} files of cProfile; give one for each in order, "
            "NAME-%r.prof, or choose one with --rank R",
            choice.profile, ranks.front() < 0 ? 0 : ranks.size(), ranks.size() == 1 ? "" : "s", choice.files.size())};
    for (std::size_t i = 0; i < ranks.size(); i++)
        files.push_back({ranks[i], is_pattern ? with_rank(choice.files.front(), ranks[i]) : choice.files[i]});
    return files;
}

Result<Traced> read_traced(const RankFile& file) {
    const Result<MappedFile> mapped = MappedFile::open(file.path);
    if (!mapped) return mapped.error();
    Result<tracers::CallStatistics> statistics = tracers::read_cprofile(mapped->bytes());
    if (!statistics) return Error{file.path + ": " + statistics.error().message()};
    return Traced{file.rank, *std::move(statistics)};
}

int show(const compare::Comparison& comparison, const Choice& choice, const std::string& damage) {
    return finish(choice.json ? report::compare_json(comparison, choice.limit)
                              : report::compare_text(comparison, choice.limit, stdout_style()),
                  damage);
}

int compare_files(const Choice& choice) {
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
    compare::Comparer comparer;
    const Status added = comparer.add(opened->profile, traced);
    if (!added) return fail(exit_code::usage, choice.profile + ": " + added.error().message());
    return show(comparer.compare(), choice, opened->damage);
}

}  // namespace

void add_compare(CLI::App& verb, int& exit_code) {
    const auto choice = std::make_shared<Choice>();
    verb.add_option("FILE", choice->profile, "profile")->required();
    verb.add_option("PROF", choice->files, "file of cProfile; of several ranks one each, or NAME-%r.prof")->required();
    verb.add_option("--rank", choice->rank, "this rank only")->type_name("R");
    verb.add_option("--limit", choice->limit, "functions to show")->type_name("N");
    verb.add_flag("--json", choice->json, "everything, schema pyprof.compare/1");
    verb.callback([choice, &exit_code] { exit_code = compare_files(*choice); });
}

}  // namespace pyprof::cli
