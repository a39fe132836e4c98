#include <fmt/core.h>
#include <string_view>
#include <utility>

#include "cli/manual.h"
#include "report/words.h"

namespace pyprof::cli {
namespace {

// One line as it is, whatever roff would make of it (groff_char(7), "Text").
std::string roff(const std::string& text) {
    std::string escaped = text.starts_with('.') || text.starts_with('\'') ? "\\&" : "";
    for (const char c : text) {
        if (c == '\\')
            escaped += "\\e";
        else if (c == '-')
            escaped += "\\-";
        else
            escaped += c;
    }
    return escaped;
}

// The same for text that roff breaks into lines by itself; its sources have short ones (man-pages(7)).
std::string filled(const std::string& text) {
    constexpr std::size_t width = 72;
    std::string lines;
    for (const std::string& line : report::wrapped(text, width)) lines += (lines.empty() ? "" : "\n") + roff(line);
    return lines;
}

std::string paragraph(const std::string& tag, const std::string& text) {
    return fmt::format(".TP\n.B {}\n{}\n", roff(tag), filled(text));
}

std::string verb_section(const ManualVerb& verb) {
    std::string text = fmt::format(".SS {}\n{}.\n.PP\n.B {}\n", roff(verb.name), filled(verb.help), roff(verb.usage()));
    for (const ManualWord& word : verb.words)
        if (!word.help.empty() && word.help != "which") text += paragraph(word.name, word.help);
    for (const ManualOption& option : verb.options)
        text += paragraph(option.usage(), option.help + (option.variable.empty() ? "" : " (" + option.variable + ")"));
    return text;
}

constexpr const char* description =
    "Samples a program that is Python on top and C, C++, Fortran or MPI underneath, and writes one profile of the "
    "whole "
    "job, in which every sample is one unbroken stack. Nothing in the program is edited or recompiled. The other verbs "
    "show, compare and convert such profiles.";

constexpr std::pair<const char*, const char*> examples[] = {
    {"pyprof python app.py", "Record one process and its children, into pyprof-app-....pyprof."},
    {"mpirun -n 64 pyprof python app.py", "Record a job of 64 ranks, into one file."},
    {"pyprof report job.pyprof", "Where the time went, on one screen."},
    {"pyprof report job.pyprof --html job.html", "The same as a page with a flame graph, which opens offline."},
    {"pyprof diff before.pyprof after.pyprof --fail-over 5", "Fail a test if the program became slower by 5 %."}};

constexpr std::pair<const char*, const char*> variables[] = {
    {"PYPROF_SPOOL",
     "folder in which recordings lie while the job runs; else TMPDIR, or the system's temporary folder"},
    {"PYPROF_ALL_RANKS=1", "every rank of the job surely runs under pyprof, so they may be merged over MPI"},
    {"PYPROF_MERGE_WAIT=S", "how long ranks wait for each other before they write files of their own, 300"},
    {"PYPROF_DEBUGINFOD=1", "ask the servers of DEBUGINFOD_URLS for debug files"},
    {"NO_COLOR", "no colours on a terminal"}};

constexpr std::pair<const char*, const char*> exit_codes[] = {
    {"0", "success"},
    {"1", "a threshold was exceeded (diff), or pyprof cannot work here (doctor)"},
    {"2", "wrong usage, or the output cannot be written"},
    {"3", "the input cannot be read, or is damaged; what could be saved is shown"},
    {"125, 126, 127", "of run: pyprof failed before the command began, the command cannot be run, it was not found"}};

template <class Pairs>
std::string list_of(const char* title, const Pairs& pairs) {
    std::string text = fmt::format(".SH {}\n", title);
    for (const auto& [tag, meaning] : pairs) text += paragraph(tag, meaning);
    return text;
}

}  // namespace

std::string man_page(const std::vector<ManualVerb>& verbs, const std::string& version) {
    std::string text = fmt::format(
        ".TH PYPROF 1 2026-11-22 \"pyprof {}\" \"User Commands\"\n.SH NAME\npyprof \\- sampling profiler for Python, "
        "native "
        "code "
        "and MPI\n.SH SYNOPSIS\n.B pyprof\n[run] [OPTIONS] [\\-\\-] COMMAND...\n.br\n.B pyprof\nVERB ...\n"
        ".SH DESCRIPTION\n{}\n.SH VERBS\n",
        version, filled(description));
    std::string later;
    for (const ManualVerb& verb : verbs) {
        if (verb.is_later)
            later += (later.empty() ? "" : ", ") + verb.name;
        else
            text += verb_section(verb);
    }
    if (!later.empty()) text += ".PP\nReserved for later versions: " + filled(later) + ".\n";
    text += list_of("ENVIRONMENT", variables);
    text += ".PP\nOptions of run have variables too, which stand beside them.\nA flag beats its variable.\n";
    text += list_of("EXIT STATUS", exit_codes);
    text += ".PP\nWhile a command is recorded, its own exit status or signal is that of pyprof.\n";
    text += list_of("EXAMPLES", examples);
    return text;
}

}  // namespace pyprof::cli
