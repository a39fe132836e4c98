#include "cli/verbs.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <unistd.h>

#include "base/similar_word.h"
#include "cli/installation.h"
#include "cli/messages.h"

namespace pyprof::cli {
namespace {

constexpr int failed = 125;

constexpr Verb verbs[] = {
    {"run", "record COMMAND (may be left out)"},
    {"report", "where the time went: text, lists, JSON, CSV, Markdown or a page"},
    {"view", "the page with the flame graph, in a browser"},
    {"annotate", "source lines of a function or a file with their costs"},
    {"compare", "a sampled profile beside what cProfile or line_profiler counted"},
    {"diff", "one run against another: what became slower, what faster"},
    {"export", "profile for another program: pprof, speedscope, KCachegrind and others"},
    {"import", "a profile of pprof, collapsed stacks or cProfile as one of pyprof"},
    {"merge", "one profile of recordings, gathered files, profiles and folders of these"},
    {"info", "what was recorded, with which quality"},
    {"doctor", "whether pyprof works on this machine, and what to do about it"},
    {"attach", "record a process that runs", true},
    {"dump", "stacks of what runs", true},
    {"top", "what runs, live", true},
    {"completion", "verbs, options and files completed by bash, zsh or fish"},
    {"help", "options of a verb"},
};

}  // namespace

std::vector<Verb> all_verbs() { return {std::begin(verbs), std::end(verbs)}; }

bool is_analysis_verb(const std::string& word) {
    return word != "run" &&
           std::any_of(std::begin(verbs), std::end(verbs), [&](auto& verb) { return verb.name == word; });
}

std::string similar_verb(const std::string& word) {
    std::vector<std::string> names;
    for (const Verb& verb : verbs) names.emplace_back(verb.name);
    return similar_word(word, names);
}

std::string overview() {
    std::string text =
        "pyprof - a sampling profiler for Python, native code and MPI\n\n"
        "  mpirun -n 4 pyprof python app.py     one profile of all ranks\n"
        "  pyprof python app.py                 one process and its children\n"
        "  pyprof report FILE                   where the time went\n"
        "  pyprof report FILE --html OUT        as a page with a flame graph\n"
        "  pyprof merge FILE|DIR... -o OUT      what a dead job left\n\n"
        "usage: pyprof [run] [OPTIONS] [--] COMMAND...\n       pyprof VERB ...\n\nverbs:\n";
    for (const auto& verb : verbs) {
        std::string line = "  " + std::string{verb.name};
        line.resize(14, ' ');
        text += line + std::string{verb.help} + (verb.is_later ? " (not in this version)\n" : "\n");
    }
    return text + "\npyprof help run lists the options of recording, pyprof help VERB those of a verb.\n";
}

int run_analysis(const std::vector<char*>& arguments) {
    const auto installation = find_installation();
    if (!installation) {
        say(installation.error().message());
        return failed;
    }
    std::vector<char*> words{arguments};
    auto program = installation->analyze;
    words.insert(words.begin(), program.data());
    execv(program.c_str(), words.data());
    if (errno == ENOENT) {
        say(program + " is missing: install pyprof's reading part, or copy the profile to a machine that has it");
    } else {
        say("cannot run " + program + ": " + std::strerror(errno));
    }
    return failed;
}

}  // namespace pyprof::cli
