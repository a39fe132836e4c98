// The program `pyprof-analyze`: every verb that reads profiles. People call it as `pyprof VERB`.
#include "cli/analyze.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

#include "base/similar_word.h"
#include "cli/manual.h"
#include "cli/messages.h"
#include "cli/terminal.h"
#include "cli/verbs.h"

namespace pyprof::cli {
namespace {

std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
}

std::vector<std::string> verb_names() {
    std::vector<std::string> names;
    for (const Verb& verb : all_verbs()) names.emplace_back(verb.name);
    return names;
}

// What is wrong with the words, in one line with the fix.
int usage_error(const CLI::App& app, const CLI::ParseError& error) {
    const std::vector<CLI::App*> chosen = app.get_subcommands();
    const std::string help = chosen.empty() ? "help" : "help " + chosen.front()->get_name();
    std::string message = error.what();
    const std::vector<std::string> unknown = app.remaining(true);
    if (!unknown.empty()) {
        const bool is_option = unknown.front().starts_with("-");
        const std::string word = unknown.front().substr(0, unknown.front().find('='));
        const std::string meant =
            similar_word(word, is_option ? option_names(chosen.empty() ? app : *chosen.front()) : verb_names());
        message = "unknown " + std::string{is_option ? "option " : "word "} + shell_word(word);
        if (!meant.empty() && (is_option || chosen.empty())) message += "; did you mean " + meant + "?";
    }
    std::ranges::replace(message, '\n', ' ');
    return fail(exit_code::usage, message + " (see pyprof " + help + ")");
}

int later(const std::string& verb) {
    std::string there;
    for (const Verb& each : all_verbs())
        if (!each.is_later) there += (there.empty() ? "" : ", ") + std::string{each.name};
    return fail(exit_code::usage, "`" + verb + "` comes later; this version has " + there);
}

// `help VERB` is VERB --help; of a verb that is not carried out here, nothing.
std::optional<int> help(const std::vector<std::string>& words) {
    if (words.empty() || words.front() != "help") return std::nullopt;
    const std::string verb = words.size() > 1 ? words[1] : "";
    if (words.size() == 1 || verb == "help") return finish(overview(), "");
    const std::string meant = similar_word(verb, verb_names());
    const auto verbs = all_verbs();
    if (std::ranges::find(verbs, verb, &Verb::name) != verbs.end()) return std::nullopt;
    return fail(exit_code::usage, "there is no verb " + shell_word(verb) +
                                      (meant.empty() ? "; see pyprof help" : "; did you mean " + meant + "?"));
}

std::string help_of(const std::string& name) {
    for (const ManualVerb& verb : manual())
        if (verb.name == name) return help_text(verb);
    return overview();
}

int run(std::vector<std::string> words) {
    if (const std::optional<int> done = help(words)) return *done;
    if (!words.empty() && words.front() == "help") {
        words.erase(words.begin());
        words.emplace_back("--help");
    }
    const std::vector<Verb> verbs = all_verbs();
    const std::string first = words.empty() ? "" : words.front();
    if (std::ranges::any_of(verbs, [&](const Verb& verb) { return verb.is_later && verb.name == first; }))
        return later(first);
    int code = exit_code::success;
    const std::unique_ptr<CLI::App> app = analysis_parser(code);
    app->set_version_flag("--version", "pyprof " PYPROF_VERSION);
    try {
        std::ranges::reverse(words);  // CLI11 takes them from the back
        app->parse(words);
    } catch (const CLI::CallForHelp&) {
        return finish(help_of(first), "");
    } catch (const CLI::CallForVersion& version) {
        return finish(std::string{version.what()} + "\n", "");
    } catch (const CLI::ParseError& error) {
        return usage_error(*app, error);
    }
    return code;
}

}  // namespace

}  // namespace pyprof::cli

int main(int argc, char** argv) {
    try {
        return pyprof::cli::run(pyprof::cli::command_behind_a_mark({argv + std::min(argc, 1), argv + argc}));
    } catch (const std::bad_alloc&) {
        return pyprof::cli::fail(pyprof::cli::exit_code::unreadable, "out of memory; try on a machine with more");
    } catch (const std::exception& problem) {
        return pyprof::cli::fail(pyprof::cli::exit_code::unreadable, std::string{"cannot go on: "} + problem.what());
    }
}
