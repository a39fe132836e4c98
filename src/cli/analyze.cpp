// The program `pyprof-analyze`: every verb that reads profiles. People call it as `pyprof VERB`.
#include "cli/analyze.h"

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <vector>

#include "base/similar_word.h"
#include "cli/messages.h"
#include "cli/terminal.h"

namespace pyprof::cli {
namespace {

struct Verb {
    const char* name;
    const char* help;
    void (*add)(CLI::App& verb, int& exit_code);  // nullptr: comes later
    bool shown = true;
};

constexpr std::array<Verb, 17> verbs = {{
    {"report", "where the time went: text, tables, JSON, CSV, Markdown or a page", add_report},
    {"info", "what was recorded, with which quality", add_info},
    {"annotate", "source lines of a function or a file with their costs", add_annotate},
    {"export", "profile for another program: pprof, speedscope, collapsed stacks", add_export},
    {"compare", "a sampled profile beside what cProfile or line_profiler counted", add_compare},
    {"diff", "one run against another: what became slower, what faster", add_diff},
    {"merge", "one profile of recordings, gathered files, profiles and folders of these", add_merge},
    {"doctor", "whether pyprof works on this machine, and what to do about it", add_doctor},
    {"name", "put names into a gathered profile (done by itself at the end of a run)", add_name, false},
    {"view", "the viewer in a browser", nullptr},
    {"import", "profile of another program", nullptr},
    {"attach", "record a process that runs", nullptr},
    {"dump", "stacks of what runs", nullptr},
    {"top", "what runs, live", nullptr},
    {"completion", "for the shell", nullptr},
    {"help", "help of a verb", nullptr, false},
    {"config", "options in force", nullptr, false},
}};

const std::map<std::string, report::Workers> workers_names = {{"joined", report::Workers::joined},
                                                              {"apart", report::Workers::apart}};

std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
}

std::vector<std::string> verb_names() {
    std::vector<std::string> names;
    for (const Verb& verb : verbs) names.emplace_back(verb.name);
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
    return fail(
        exit_code::usage,
        "`" + verb + "` comes later; this version has report, info, annotate, export, compare, diff, merge and doctor");
}

// The line that a verb's answer begins with is CLI11's; usage is as people type it.
int run(std::vector<std::string> words) {
    CLI::App app{"pyprof: a sampling profiler for Python, native code and MPI", "pyprof"};
    app.require_subcommand(1);
    app.set_version_flag("--version", "pyprof " PYPROF_VERSION);
    int code = exit_code::success;
    for (const Verb& verb : verbs) {
        if (verb.add == nullptr) continue;
        CLI::App* subcommand = app.add_subcommand(verb.name, verb.help);
        if (!verb.shown) subcommand->group("");
        verb.add(*subcommand, code);
    }
    if (!words.empty() && words.front() == "help") {
        words.erase(words.begin());
        words.emplace_back("--help");
    }
    const std::string first = words.empty() ? "" : words.front();
    const bool is_later =
        std::ranges::any_of(verbs, [&](const Verb& v) { return v.add == nullptr && v.name == first; });
    if (is_later) return later(first);
    try {
        std::ranges::reverse(words);  // CLI11 takes them from the back
        app.parse(words);
    } catch (const CLI::CallForHelp& help) {
        return finish(app.help(), "");
    } catch (const CLI::CallForVersion& version) {
        return finish(std::string{version.what()} + "\n", "");
    } catch (const CLI::ParseError& error) {
        return usage_error(app, error);
    }
    return code;
}

}  // namespace

void add_view_options(CLI::App& verb, report::Options& options) {
    verb.add_option("--rank", options.rank, "this rank only")->type_name("R");
    verb.add_option("--threads", options.workers,
                    "work of threads without Python: below the line that it was for (joined), or apart")
        ->transform(CLI::CheckedTransformer(workers_names))
        ->type_name("joined|apart");
}

int fail(int exit_code, const std::string& message) {
    say(message);
    return exit_code;
}

int finish(const std::string& text, const std::string& damage) {
    const Status printed = print(text);
    if (!printed) return fail(exit_code::usage, printed.error().message());
    return damage.empty() ? exit_code::success : fail(exit_code::unreadable, damage);
}

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
