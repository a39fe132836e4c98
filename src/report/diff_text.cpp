#include "report/diff_text.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>

#include "report/words.h"
#include "sources/text_files.h"

namespace pyprof::report {
namespace {

using diff::Change;
using diff::Difference;

std::string figure(double value, const Difference& difference) {
    if (difference.is_share) return percent(value);
    const auto whole = static_cast<std::uint64_t>(std::llround(value));
    return difference.metric.unit == "nanoseconds" ? duration(whole) : grouped(whole);
}

std::string signed_figure(double value, const Difference& difference) {
    return (value < 0 ? "-" : "+") + figure(std::abs(value), difference);
}

Cell figure_cell(double value, const Difference& difference) {
    return {figure(value, difference), fmt::format("{:.6f}", value)};
}

Cell signed_cell(double value, const Difference& difference) {
    return {signed_figure(value, difference), fmt::format("{:.6f}", value)};
}

// "+12.3 %", "new", "gone".
std::string relative(const Change& change) {
    if (change.is_new()) return "new";
    if (change.has_vanished()) return "gone";
    return change.before == 0 ? "" : fmt::format("{:+.1f} %", 100 * (change.after / change.before - 1));
}

std::vector<Column> columns_of_change() {
    return {{"delta", "delta", true},
            {"+-", "sigma", true},
            {"before", "before", true},
            {"after", "after", true},
            {"change", "change", true}};
}

std::vector<Cell> cells_of(const Change& change, const Difference& difference) {
    return {signed_cell(change.delta(), difference),
            change.sigma ? figure_cell(diff::sigmas * *change.sigma, difference) : unknown_cell(),
            figure_cell(change.before, difference), figure_cell(change.after, difference), text_cell(relative(change))};
}

std::string where(const diff::FunctionKey& key, std::uint32_t line) {
    return line == 0 ? file_name(key.place) : place(key.place, line);
}

// "solver.py:42", or with the line before where that is another.
std::string where_of(const diff::LineRow& row) {
    const bool moved = row.line_before != 0 && row.line_before != row.line;
    return where(row.key, row.line) + (moved ? fmt::format(" (was {})", row.line_before) : "");
}

std::string source_of(const diff::LineRow& row, const Difference& difference, sources::TextFiles& files) {
    const std::string& file = row.key.place;
    if (file.empty() || file.front() == '<') return row.key.name;
    const auto& lines = files.lines_of(file.front() == '/' ? file : difference.after.folder + "/" + file);
    if (row.line > lines.size()) return row.key.name;
    const std::string& text = lines[row.line - 1];
    return text.substr(std::min(text.size(), text.find_first_not_of(" \t")));
}

std::string about(const char* when, const diff::Summary& side) {
    const std::string command = side.run.command.empty() ? "" : ", " + words(side.run.command);
    const std::string ranks = side.run.ranks == 0 ? "" : ", " + counted(side.workers, "rank");
    return fmt::format("{}: {}{}{}, {}.", when, side.name, command, ranks, counted(side.samples, "sample"));
}

// "All 4 ranks together: +1.20 s beyond the 1 rank; efficiency 75.0 %."
std::string scaling(const Difference& difference) {
    const double before = difference.total.before * difference.before.workers;
    const double after = difference.total.after * difference.after.workers;
    const bool grew = difference.after.workers > difference.before.workers;
    const double larger = grew ? after : before, smaller = grew ? before : after;
    const auto [fewer, more] = std::minmax(difference.before.workers, difference.after.workers);
    return fmt::format("All {} together: {} beyond the {}; efficiency {}.", counted(more, "rank"),
                       signed_figure(larger - smaller, difference), counted(fewer, "rank"),
                       percent(larger > 0 ? smaller / larger : 1));
}

std::string what_is_compared(const Difference& difference) {
    if (difference.is_share) return "Shares of each run's " + difference.metric.name;
    const std::string name =
        difference.metric.unit == "nanoseconds" ? difference.metric.name + " time" : difference.metric.name;
    return difference.is_by_rank ? "Mean " + name + " of a rank" : "Total " + name;
}

bool is_listed(const Change& own, const Difference& difference, bool all) {
    return all ? own.before > 0 || own.after > 0 : difference.is_notable(own);
}

// Of a row that changed for the better or the worse.
std::string colour_of(const std::vector<Cell>& row) { return row.front().shown.starts_with('-') ? "34" : "31"; }

std::string list_of(const char* title, Table table, const DiffOptions& options, const Style& style) {
    if (table.rows.empty())
        return fmt::format("\n{}: none differs beyond chance and by more than 1 % of the total.\n", title);
    const std::size_t count = table.rows.size();
    table.rows.resize(std::min(count, options.limit == 0 ? differing_rows : options.limit));
    std::string text =
        '\n' + as_coloured_text(table, style, [&](std::size_t row) { return colour_of(table.rows[row]); });
    if (table.rows.size() < count) text += fmt::format("... and {} more; see --limit\n", count - table.rows.size());
    return text;
}

}  // namespace

std::string change_text(const Change& change, const Difference& difference) {
    const std::string beside = change.sigma ? ", +- " + figure(diff::sigmas * *change.sigma, difference) : "";
    const std::string share = relative(change);
    return fmt::format("{} -> {}, {} ({}{})", figure(change.before, difference), figure(change.after, difference),
                       signed_figure(change.delta(), difference), share.empty() ? "nothing before" : share, beside);
}

Table diff_functions(const Difference& difference, bool all) {
    Table table{columns_of_change(), {}};
    table.columns.push_back({"total", "total_delta", true});
    if (difference.is_by_rank) table.columns.push_back({"N x T_N - T_1", "scaling_loss", true});
    table.columns.push_back({"where", "where"});
    table.columns.push_back({"function", "function"});
    for (const diff::FunctionRow& row : difference.functions) {
        if (!is_listed(row.own, difference, all)) continue;
        std::vector<Cell> cells = cells_of(row.own, difference);
        cells.push_back(signed_cell(row.total.delta(), difference));
        if (difference.is_by_rank) cells.push_back(signed_cell(row.scaling_loss.value_or(0), difference));
        cells.push_back(text_cell(where(row.key, row.line)));
        cells.push_back(text_cell(row.key.name));
        table.rows.push_back(std::move(cells));
    }
    return table;
}

Table diff_lines(const Difference& difference, bool all) {
    Table table{columns_of_change(), {}};
    table.columns.push_back({"line", "where"});
    table.columns.push_back({"source", "source"});
    sources::TextFiles files;
    for (const diff::LineRow& row : difference.lines) {
        if (!is_listed(row.own, difference, all)) continue;
        std::vector<Cell> cells = cells_of(row.own, difference);
        cells.push_back(text_cell(where_of(row)));
        cells.push_back(text_cell(source_of(row, difference, files)));
        table.rows.push_back(std::move(cells));
    }
    return table;
}

std::vector<std::string> diff_facts(const Difference& difference) {
    std::vector<std::string> facts = {about("Before", difference.before), about("After", difference.after)};
    const bool is_sure = difference.total.is_significant();
    if (!difference.is_share)
        facts.push_back(what_is_compared(difference) + ": " + change_text(difference.total, difference) +
                        (is_sure ? "." : ", which is within chance."));
    if (difference.is_by_rank) facts.push_back(scaling(difference));
    for (const std::string& note : difference.notes) facts.push_back("Not alike: " + note);
    return facts;
}

std::vector<std::string> diff_legend(const Difference& difference) {
    std::vector<std::string> legend = {fmt::format(
        "{}: of Python functions and lines with the native code that they call directly, of native ones alone; total: "
        "the change with all that a function calls.",
        what_is_compared(difference))};
    if (!difference.total.sigma) {
        legend.push_back("This metric is counted, not sampled: there is no interval.");
    } else {
        legend.push_back(
            fmt::format("{} were compared, each at two standard deviations: if nothing had changed, about {:.0f} would "
                        "still differ "
                        "by chance.",
                        counted(difference.functions.size(), "function"), difference.expected_by_chance()));
    }
    if (difference.is_by_rank)
        legend.push_back(
            "N x T_N - T_1: what all ranks of the larger job have together beyond those of the smaller one; 0 where a "
            "function's work is divided without loss.");
    return legend;
}

std::string diff_text(const Difference& difference, const DiffOptions& options, const Style& style) {
    Style usable = style;
    usable.width = std::max<std::size_t>(80, style.width);
    std::string text;
    const auto add = [&](const std::vector<std::string>& sentences) {
        for (const std::string& sentence : sentences)
            for (const std::string& line : wrapped(printable(sentence), usable.width)) text += line + '\n';
    };
    add(diff_facts(difference));
    text += list_of("Functions", diff_functions(difference, options.all), options, usable);
    text += list_of("Lines", diff_lines(difference, options.all), options, usable) + '\n';
    add(diff_legend(difference));
    return text;
}

}  // namespace pyprof::report
