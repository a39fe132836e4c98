#include <memory>
#include <string>
#include <vector>

#include "cli/analyze.h"
#include "cli/messages.h"
#include "cli/open_profile.h"
#include "cli/terminal.h"
#include "report/annotate.h"
#include "report/options.h"

namespace pyprof::cli {
namespace {

struct Choice {
    std::string file, wanted;
    report::Options options;
    bool all = false;
};

constexpr std::size_t most_matches = 10;  // that are listed

std::string nothing_found(const profile::Profile& profile, const std::string& wanted) {
    const std::string meant = report::similar_annotated(profile, wanted);
    return "no function or source file " + shell_word(wanted) + " has samples" +
           (meant.empty() ? "; `pyprof report --by function` lists them" : "; did you mean " + meant + "?");
}

std::string several_found(const std::vector<report::Annotated>& found, const std::string& wanted) {
    std::string text = shell_word(wanted) + " may be one of these; choose one:";
    for (std::size_t i = 0; i < std::min(found.size(), most_matches); i++) text += "\n  " + shell_word(found[i].name);
    if (found.size() > most_matches) text += "\n  and " + std::to_string(found.size() - most_matches) + " more";
    return text;
}

int annotate_file(const Choice& choice) {
    const Result<OpenedProfile> opened = [&] {
        const Progress progress{"reading " + choice.file};
        return open_profile(choice.file);
    }();
    if (!opened) return fail(exit_code::unreadable, opened.error().message());
    const Result<profile::Profile> profile = report::prepare(opened->profile, choice.options);
    if (!profile) return fail(exit_code::usage, choice.file + ": " + profile.error().message());
    const std::vector<report::Annotated> found = report::find_annotated(*profile, choice.wanted);
    if (found.empty() && !opened->damage.empty())
        return fail(exit_code::unreadable, opened->damage + " What is left has no samples of " + choice.wanted + ".");
    if (found.empty()) return fail(exit_code::usage, nothing_found(*profile, choice.wanted));
    if (found.size() > 1) return fail(exit_code::usage, several_found(found, choice.wanted));
    return finish(report::annotate(*profile, found.front(), choice.all, stdout_style()), opened->damage);
}

}  // namespace

void add_annotate(CLI::App& verb, int& exit_code) {
    const auto choice = std::make_shared<Choice>();
    verb.add_option("FILE", choice->file, "profile")->required();
    verb.add_option("FUNCTION|SOURCE", choice->wanted,
                    "a function (Solver.step, step, solver.py:step) or a source file (solver.py, kernel.c)")
        ->required();
    verb.add_option("--metric", choice->options.metric, "shares of what: cpu (or wall), samples or a counter")
        ->type_name("NAME");
    verb.add_flag("--all", choice->all, "also lines far from any sample");
    add_view_options(verb, choice->options);
    verb.callback([choice, &exit_code] { exit_code = annotate_file(*choice); });
}

}  // namespace pyprof::cli
