#include "cli/verbs.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <unistd.h>

#include "cli/installation.h"
#include "cli/messages.h"

namespace pyprof::cli {
namespace {

constexpr int failed = 125;

struct Verb {
    std::string_view name;
    std::string_view help;
};

constexpr Verb verbs[] = {
    {"run", "record COMMAND (may be left out)"},
    {"report", "where the time went, as text, JSON or a page"},
    {"view", "the same in a browser"},
    {"annotate", "source lines with their costs"},
    {"compare", "beside a cProfile or line_profiler profile"},
    {"diff", "one run against another"},
    {"export", "to pprof, speedscope, collapsed stacks, ..."},
    {"import", "from pprof, collapsed stacks or cProfile"},
    {"merge", "put together what a dead job left"},
    {"info", "what was recorded, with which quality"},
    {"doctor", "what this machine allows"},
    {"attach", "not in this version"},
    {"dump", "not in this version"},
    {"top", "not in this version"},
    {"completion", "for bash, zsh or fish"},
    {"help", "of a verb"},
};

// Levenshtein's distance: insertions, deletions and replacements that turn one word into the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

}  // namespace

bool is_analysis_verb(const std::string& word) {
    return word != "run" &&
           std::any_of(std::begin(verbs), std::end(verbs), [&](auto& verb) { return verb.name == word; });
}

std::string similar_verb(const std::string& word) {
    const auto closer = [&](const Verb& a, const Verb& b) {
        return edit_distance(a.name, word) < edit_distance(b.name, word);
    };
    const auto* best = std::min_element(std::begin(verbs), std::end(verbs), closer);
    const std::size_t most = word.size() >= 5 ? 2 : 1;
    return edit_distance(best->name, word) <= most ? std::string{best->name} : std::string{};
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
        text += line + std::string{verb.help} + "\n";
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
