#include <algorithm>
#include <charconv>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/similar_word.h"
#include "cli/analyze.h"
#include "cli/diff_page.h"
#include "cli/messages.h"
#include "cli/open_profile.h"
#include "cli/rank_ranges.h"
#include "cli/terminal.h"
#include "diff/difference.h"
#include "formats/html.h"
#include "profile/select.h"
#include "profile/sums.h"
#include "report/diff_json.h"
#include "report/diff_text.h"
#include "report/options.h"

namespace pyprof::cli {
namespace {

using profile::Profile;

struct Choice {
    std::vector<std::string> files;
    std::vector<std::string> ranks;  // for each file, or one for both
    report::Options view;
    bool normalize = false, json = false;
    report::DiffOptions shown;
    std::string fail_over, function, html;
    bool without_source = false;
};

// Both sides: of one file its two groups of ranks.
struct Opened {
    std::vector<diff::Input> inputs;
    std::vector<Profile> whole;  // the same with their machinery, if a page is wanted
    std::string damage;
};

struct Failure {
    int code = exit_code::usage;
    std::string message;
};

std::optional<double> percent_of(std::string text) {
    if (text.ends_with('%')) text.pop_back();
    double percent = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, percent);
    const bool is_percent = error == std::errc{} && stop == end && percent >= 0 && percent <= 1e6;
    return is_percent ? std::optional{percent} : std::nullopt;
}

std::optional<std::string> contradiction(const Choice& choice) {
    if (choice.files.size() > 2) return "diff takes two profiles, or one with two --ranks";
    if (choice.files.size() == 1 && choice.ranks.size() != 2)
        return "diff takes two profiles; of one file two groups of ranks are compared with --ranks LIST --ranks LIST";
    if (choice.ranks.size() > 2) return "--ranks is given once for both sides, or once for each";
    if (!choice.fail_over.empty() && !percent_of(choice.fail_over))
        return "--fail-over " + choice.fail_over + ": is a percentage, such as 5";
    if (choice.without_source && choice.html.empty()) return "--no-source is about the page: give --html OUT too";
    if (!choice.function.empty() && choice.fail_over.empty())
        return "--function says what --fail-over PERCENT is about";
    if (choice.normalize && !choice.fail_over.empty() && choice.function.empty())
        return "--fail-over needs --function NAME with --normalize: the total of shares never changes";
    return std::nullopt;
}

Result<Profile> only_chosen(const Profile& profile, const std::string& path, const std::string& list) {
    const std::optional<RankRanges> ranges = rank_ranges(list);
    if (!ranges) return Error{"--ranks " + list + ": is a list of ranks and ranges, such as 3 or 0-2,4-"};
    std::vector<std::int32_t> ranks = profile::ranks_of(profile);
    if (ranks.empty()) return Error{path + ": the run had no MPI ranks; leave --ranks out"};
    const std::string all = fmt::format("{} to {}", ranks.front(), ranks.back());
    std::erase_if(ranks, [&](std::int32_t rank) { return !has_rank(*ranges, rank); });
    if (ranks.empty()) return Error{fmt::format("{}: none of the ranks {}; it has ranks {}", path, list, all)};
    return profile::only_ranks(profile, ranks);
}

Result<Profile> prepared(const Profile& profile, const std::string& path, const std::string& ranks,
                         const report::Options& view) {
    Result<Profile> prepared = report::prepare(profile, view);
    if (!prepared) return Error{path + ": " + prepared.error().message()};
    return ranks.empty() ? prepared : only_chosen(*prepared, path, ranks);
}

Status add_side(Opened& opened, const Profile& profile, const std::string& path, const std::string& ranks,
                const Choice& choice) {
    Result<Profile> side = prepared(profile, path, ranks, choice.view);
    if (!side) return side.error();
    opened.inputs.push_back({ranks.empty() ? path : path + " (ranks " + ranks + ")", *std::move(side)});
    if (choice.html.empty()) return {};
    report::Options whole = choice.view;
    whole.machinery = true;
    opened.whole.push_back(*prepared(profile, path, ranks, whole));
    return {};
}

std::variant<Opened, Failure> open_both(const Choice& choice) {
    const Progress progress{"comparing"};
    Opened opened;
    std::optional<OpenedProfile> last;
    for (std::size_t side = 0; side < 2; side++) {
        const std::string& path = choice.files[std::min(side, choice.files.size() - 1)];
        if (side == 0 || choice.files.size() > 1) {
            Result<OpenedProfile> next = open_profile(path);
            if (!next) return Failure{exit_code::unreadable, next.error().message()};
            last = *std::move(next);
            if (opened.damage.empty()) opened.damage = last->damage;
        }
        const std::string ranks = choice.ranks.empty() ? "" : choice.ranks[std::min(side, choice.ranks.size() - 1)];
        const Status added = add_side(opened, last->profile, path, ranks, choice);
        if (!added) return Failure{exit_code::usage, added.error().message()};
    }
    return opened;
}

// The function with this name; where several have it, PLACE:NAME says which.
Result<diff::Change> function_change(const diff::Difference& difference, const std::string& name) {
    std::vector<std::string> names, places;
    std::optional<diff::Change> found;
    for (const diff::FunctionRow& row : difference.functions) {
        const std::string place = row.key.place.substr(row.key.place.rfind('/') + 1) + ":" + row.key.name;
        names.push_back(row.key.name);
        if (name != row.key.name && name != place && name != row.key.place + ":" + row.key.name) continue;
        places.push_back(place);
        found = row.total;
    }
    if (places.size() > 1) return Error{fmt::format("--function {}: {} have this name", name, fmt::join(places, ", "))};
    if (found) return *found;
    const std::string meant = similar_word(name, names);
    return Error{"--function " + name + ": no such function in either run" +
                 (meant.empty() ? "; `pyprof diff --all` lists them" : "; did you mean " + meant + "?")};
}

Result<std::optional<report::Threshold>> threshold_of(const diff::Difference& difference, const Choice& choice) {
    if (choice.fail_over.empty()) return std::optional<report::Threshold>{};
    diff::Change change = difference.total;
    if (!choice.function.empty()) {
        const Result<diff::Change> of_function = function_change(difference, choice.function);
        if (!of_function) return of_function.error();
        change = *of_function;
    }
    const double percent = *percent_of(choice.fail_over);
    return std::optional{report::Threshold{percent, choice.function, change.is_slower_by(percent)}};
}

int write_page(const diff::Difference& difference, const Choice& choice, const Opened& opened) {
    const Result<Page> page = diff_page(difference, opened.whole[0], opened.whole[1], !choice.without_source);
    if (!page) return fail(exit_code::usage, page.error().message());
    const Status written = formats::write_html(page->profile, page->parts, choice.html);
    return written ? finish("", opened.damage) : fail(exit_code::usage, written.error().message());
}

int show(const diff::Difference& difference, const std::optional<report::Threshold>& threshold, const Choice& choice,
         const Opened& opened) {
    if (!choice.html.empty()) return write_page(difference, choice, opened);
    return finish(choice.json ? report::diff_json(difference, choice.shown.limit, threshold)
                              : report::diff_text(difference, choice.shown, stdout_style()),
                  opened.damage);
}

int diff_files(const Choice& choice) {
    if (const auto wrong = contradiction(choice)) return fail(exit_code::usage, *wrong);
    const std::variant<Opened, Failure> both = open_both(choice);
    if (const Failure* const failure = std::get_if<Failure>(&both)) return fail(failure->code, failure->message);
    const Opened& opened = std::get<Opened>(both);
    const Result<diff::Difference> difference =
        diff::difference_of(opened.inputs[0], opened.inputs[1], choice.normalize);
    if (!difference) return fail(exit_code::usage, difference.error().message());
    const Result<std::optional<report::Threshold>> threshold = threshold_of(*difference, choice);
    if (!threshold) return fail(exit_code::usage, threshold.error().message());
    const int code = show(*difference, *threshold, choice, opened);
    if (code != exit_code::success || !*threshold || !(*threshold)->is_exceeded) return code;
    return fail(exit_code::threshold_exceeded,
                fmt::format("{} became slower by more than {} %", choice.function.empty() ? "the run" : choice.function,
                            (*threshold)->percent));
}

}  // namespace

void add_diff(CLI::App& verb, int& exit_code) {
    const auto choice = std::make_shared<Choice>();
    verb.add_option("FILE", choice->files, "the profile before and the one after; or one, with two --ranks")
        ->required();
    verb.add_option("--ranks", choice->ranks, "these ranks only, such as 3 or 0-2,4-; twice: before, and after")
        ->type_name("LIST")
        ->take_all()
        ->expected(1);
    verb.add_option("--metric", choice->view.metric, "what to compare: cpu (or wall), samples or a counter")
        ->type_name("NAME");
    verb.add_flag("--normalize", choice->normalize, "shares of each run's total instead of times");
    verb.add_flag("--all", choice->shown.all, "also what differs by chance or by less than 1 % of the total");
    verb.add_option("--limit", choice->shown.limit, "rows of a list")->type_name("N");
    verb.add_option("--fail-over", choice->fail_over, "exit code 1 if it became slower by more, beyond chance")
        ->type_name("PERCENT");
    verb.add_option("--function", choice->function, "what --fail-over is about, with what it calls; else the whole run")
        ->type_name("NAME");
    verb.add_flag("--json", choice->json, "everything, schema pyprof.diff/1");
    verb.add_option("--html", choice->html, "a page with all views of the run after, and how it differs")
        ->type_name("OUT")
        ->excludes("--json");
    verb.add_flag("--no-source", choice->without_source, "leave the text of source files out of the page");
    verb.callback([choice, &exit_code] { exit_code = diff_files(*choice); });
}

}  // namespace pyprof::cli
