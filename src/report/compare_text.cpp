#include "report/compare_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/core.h>
#include <functional>
#include <optional>

#include "report/words.h"
#include "sources/text_files.h"

namespace pyprof::report {
namespace {

using compare::Comparison;
using compare::Row;
using profile::Category;

// In the order of compare::Flag.
constexpr std::string_view flag_letters = "ONTCSr";

std::string time(double s) { return duration(static_cast<std::uint64_t>(std::llround(std::max(0.0, s) * 1e9))); }

// Milliseconds with three digits or all before the point, for narrow columns.
Cell seconds_cell(double s) {
    const double ms = s * 1e3;
    return {fmt::format("{:.{}f}", ms, ms >= 100 ? 0 : ms >= 10 ? 1 : 2), fmt::format("{:.9f}", s)};
}

Cell optional_seconds(const Row& row, const std::function<double(const Row&)>& s) {
    return row.counted ? seconds_cell(s(row)) : unknown_cell();
}

// "70/30/0/0" of Python, native code, MPI and waiting for the GIL.
std::string split_of(const Row& row) {
    if (row.samples < compare::fewest_samples) return "";
    const auto share = [&](Category category) {
        return 100 * row.split_s[static_cast<std::size_t>(category)] / row.sampled_self_s;
    };
    return fmt::format("{:.0f}/{:.0f}/{:.0f}/{:.0f}", share(Category::python), share(Category::native),
                       share(Category::mpi), share(Category::gil));
}

std::string letters_of(const Row& row) {
    std::string letters;
    for (const compare::Flag flag : row.flags) letters += flag_letters[static_cast<std::size_t>(flag)];
    return letters;
}

std::vector<Cell> cells_of(const Row& row) {
    const double half = (row.sampled_self_ci.high - row.sampled_self_ci.low) / 2;
    const bool sampled = row.samples > 0;
    const std::string where = place(row.key.file, row.key.line);
    return {row.counted ? count_cell(row.counted->calls) : unknown_cell(),
            optional_seconds(row, [](const Row& r) { return r.counted->self_s; }),
            optional_seconds(row, [](const Row& r) { return r.builtin_s; }),
            optional_seconds(row, [](const Row& r) { return r.counted->total_s; }),
            sampled ? seconds_cell(row.sampled_self_s) : unknown_cell(),
            sampled ? seconds_cell(half) : unknown_cell(),
            row.sampled_total_s > 0 ? seconds_cell(row.sampled_total_s) : unknown_cell(),
            text_cell(split_of(row)),
            row.inflation ? ratio_cell(*row.inflation) : unknown_cell(),
            {letters_of(row), letters_of(row)},
            text_cell(where.empty() ? row.name : row.name + " (" + where + ")")};
}

std::vector<Cell> cells_of(const compare::LineRow& row, sources::TextFiles& files) {
    const auto& lines = files.lines_of(row.file);
    const bool has_text = row.line > 0 && row.line <= lines.size();
    std::string text = has_text ? lines[row.line - 1] : row.function;
    text.erase(0, text.find_first_not_of(" \t"));
    return {row.hits ? count_cell(*row.hits) : unknown_cell(),
            row.hits ? seconds_cell(row.traced_s) : unknown_cell(),
            row.samples > 0 ? seconds_cell(row.sampled_s) : unknown_cell(),
            row.samples > 0 ? seconds_cell((row.sampled_ci.high - row.sampled_ci.low) / 2) : unknown_cell(),
            row.inflation ? ratio_cell(*row.inflation) : unknown_cell(),
            text_cell(place(row.file, row.line)),
            text_cell(text)};
}

Table line_table(const Comparison& comparison) {
    Table table{{{"hits", "hits", true},
                 {"time", "time_s", true},
                 {"sampled", "sampled_s", true},
                 {"+-", "sampled_half_ci_s", true},
                 {"times", "inflation", true},
                 {"line", "line"},
                 {"source", "source"}},
                {}};
    sources::TextFiles files;
    for (const compare::LineRow& row : comparison.lines) table.rows.push_back(cells_of(row, files));
    return table;
}

std::string bold(const std::string& line, const Style& style) {
    return style.colour ? "\033[1m" + line + "\033[0m" : line;
}

// "bare 2.00 s, sampled 2.01 s (+0.5 %), cProfile 4.00 s (+100.0 %)"
std::string walls_of(const Comparison& comparison) {
    const double bare = *comparison.bare_wall_s;
    const auto beyond = [&](double wall) { return fmt::format("{} ({:+.1f} %)", time(wall), 100 * (wall / bare - 1)); };
    return fmt::format("Wall time of the program: bare {}, sampled {}, with cProfile {}{}", time(bare),
                       beyond(*comparison.sampled_wall_s), beyond(*comparison.cprofile_wall_s),
                       comparison.runs > 1 ? fmt::format("; medians of {} runs each.", comparison.runs) : ".");
}

}  // namespace

std::vector<std::string> compare_facts(const Comparison& comparison) {
    std::vector<std::string> facts;
    if (comparison.bare_wall_s) facts.push_back(walls_of(comparison));
    const std::string ranks = comparison.ranks > 0 ? " on " + counted(comparison.ranks, "rank") : "";
    const std::string what = comparison.lines.empty()
                                 ? counted(comparison.calls, "call") + " in " + time(comparison.traced_s)
                                 : "hits of " + counted(comparison.lines.size(), "line");
    facts.push_back(fmt::format("{} counted {}{}; {} of {} time stand for {}.", comparison.tracer, what, ranks,
                                counted(comparison.samples, "sample"), comparison.mode == "cpu" ? "CPU" : "wall-clock",
                                time(comparison.sampled_s)));
    if (comparison.lines.empty())
        facts.push_back(
            comparison.tax_per_call_s
                ? fmt::format("Beyond the samples cProfile has {} for each call, on average.",
                              time(*comparison.tax_per_call_s))
                : "cProfile has nothing clear beyond the samples: less than a tenth, or within their intervals.");
    if (comparison.tracing_s > 0)
        facts.push_back(fmt::format("{} itself took {} of the sampled run ({}): it stands in no function.",
                                    comparison.tracer, time(comparison.tracing_s),
                                    percent(comparison.tracing_s / (comparison.sampled_s + comparison.tracing_s))));
    if (comparison.rank_correlation)
        facts.push_back(
            fmt::format("Order of the largest functions, cProfile's self against samples: correlation {:.2f}.",
                        *comparison.rank_correlation));
    facts.insert(facts.end(), comparison.notes.begin(), comparison.notes.end());
    return facts;
}

std::vector<std::string> compare_legend(const Comparison& comparison) {
    if (!comparison.lines.empty())
        return {
            "Milliseconds, with what the line calls. line_profiler: hits, time. Samples: their time and its 95 % "
            "interval. "
            "times: time / sampled, from 10 samples on. Both sides err: line_profiler by its cost for each hit."};
    return {
        "Milliseconds. cProfile: calls, self, C (built-in functions that it called), total. Samples: self (with the "
        "native code that it calls) and its 95 % interval, total; p/n/m/g: Python, native, MPI and waiting for the "
        "GIL, in % of self.",
        "times: (cProfile's self + C) / sampled self. Both sides err: samples by their interval, cProfile by its cost "
        "for each call.",
        "O overcharged, N mostly compiled code of libraries, which cProfile does not look into, T mostly in threads "
        "that it does not see, C not seen by cProfile, S never sampled, r fewer than 10 samples."};
}

Table compare_table(const Comparison& comparison) {
    if (!comparison.lines.empty()) return line_table(comparison);
    Table table{{{"calls", "ncalls", true},
                 {"self", "cprofile_self_s", true},
                 {"C", "cprofile_builtin_s", true},
                 {"total", "cprofile_total_s", true},
                 {"sampled", "sampled_self_s", true},
                 {"+-", "sampled_self_half_ci_s", true},
                 {"total", "sampled_total_s", true},
                 {"p/n/m/g", "split", true},
                 {"times", "inflation", true},
                 {"", "flags"},
                 {"function", "function"}},
                {}};
    for (const Row& row : comparison.rows) table.rows.push_back(cells_of(row));
    return table;
}

std::string compare_text(const Comparison& comparison, std::size_t limit, const Style& style) {
    Style usable = style;
    usable.width = std::max<std::size_t>(80, style.width);
    std::string text;
    for (const std::string& fact : compare_facts(comparison))
        for (const std::string& line : wrapped(printable(fact), usable.width)) text += line + '\n';
    Table table = compare_table(comparison);
    const std::size_t usual = comparison.lines.empty() ? compared_functions : table.rows.size();
    table.rows.resize(std::min(table.rows.size(), limit == 0 ? usual : limit));
    std::string lines = as_text(table, usable);
    const std::size_t end = lines.find('\n');
    text += '\n' + bold(lines.substr(0, end), usable) + lines.substr(end) + '\n';
    for (const std::string& sentence : compare_legend(comparison))
        for (const std::string& line : wrapped(sentence, usable.width)) text += line + '\n';
    return text;
}

}  // namespace pyprof::report
