#include "report/annotate.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>
#include <map>
#include <optional>
#include <set>

#include "base/similar_word.h"
#include "profile/ratios.h"
#include "profile/sums.h"
#include "profile/tree.h"
#include "report/sources.h"
#include "report/words.h"

namespace pyprof::report {
namespace {

using profile::Category;
using profile::none;
using profile::Profile;

constexpr std::uint32_t lines_around = 3;
constexpr std::size_t tab_stop = 8;
constexpr double hot_share = 0.1, warm_share = 0.01;

std::string place_of(const Profile& profile, const profile::Function& function) {
    if (!function.file.empty() || function.module == none) return function.file;
    return profile.modules[function.module].path;
}

// The part of a name behind its classes and namespaces: "step" of "Solver.step" and "heat::step(int)".
std::string last_part(const std::string& name) {
    const std::string head = name.substr(0, name.find_first_of("(["));
    const std::size_t at = head.find_last_of(".:");
    return at == std::string::npos ? head : head.substr(at + 1);
}

bool is_end_of_path(const std::string& path, const std::string& end) {
    return path == end ||
           (path.size() > end.size() && path.ends_with(end) && path[path.size() - end.size() - 1] == '/');
}

// The functions that a value stands on.
std::vector<std::uint32_t> functions_with_values(const Profile& profile) {
    std::vector<std::uint64_t> values(profile.contexts.size());
    for (const profile::Value& value : profile.values) values[value.context] += value.samples + value.weight;
    values = profile::inclusive(profile, std::move(values));
    std::set<std::uint32_t> functions;
    for (std::uint32_t i = 1; i < values.size(); i++)
        if (values[i] > 0) functions.insert(profile::location_of(profile, i).function);
    return {functions.begin(), functions.end()};
}

// "FILE:NAME" divided; the file is empty where `wanted` is a name alone.
struct Wanted {
    std::string file, name;
};
Wanted divided(const std::string& wanted) {
    const std::size_t file = wanted.find('.');  // a colon behind a file's suffix; C++ names have colons too
    const std::size_t colon = file == std::string::npos ? file : wanted.find(':', file);
    const bool is_pair = colon != std::string::npos && wanted[std::min(colon + 1, wanted.size() - 1)] != ':';
    return is_pair ? Wanted{wanted.substr(0, colon), wanted.substr(colon + 1)} : Wanted{"", wanted};
}

template <class IsWanted, class NameOf>
std::vector<Annotated> collect(const Profile& profile, bool is_file, IsWanted is_wanted, NameOf name_of) {
    std::map<std::string, Annotated> found;
    for (const std::uint32_t i : functions_with_values(profile)) {
        const profile::Function& function = profile.functions[i];
        if (!is_wanted(function)) continue;
        Annotated& annotated = found[name_of(function)];
        annotated.name = name_of(function);
        annotated.functions.push_back(i);
        annotated.is_file = is_file;
    }
    std::vector<Annotated> list;
    for (auto& [name, annotated] : found) list.push_back(std::move(annotated));
    return list;
}

// What one line costs.
struct LineCost {
    profile::Cost cost;
    std::uint64_t own = 0;  // exclusive; of Python with the native code that it calls directly
};

// The costs by line; 0 is the line of what has none.
std::map<std::uint32_t, LineCost> line_costs(const Profile& profile, const Annotated& annotated) {
    const std::set<std::uint32_t> functions{annotated.functions.begin(), annotated.functions.end()};
    std::map<std::uint32_t, std::uint32_t> numbers;
    std::vector<std::uint32_t> keys(profile.contexts.size(), none);
    for (std::uint32_t i = 1; i < keys.size(); i++) {
        const profile::Location& location = profile::location_of(profile, i);
        if (!functions.contains(location.function)) continue;
        keys[i] = numbers.try_emplace(location.line, static_cast<std::uint32_t>(numbers.size())).first->second;
    }
    std::vector<profile::Cost> costs = profile::sum_by(profile, keys, static_cast<std::uint32_t>(numbers.size()));
    const std::vector<std::uint32_t> python = profile::innermost_python(profile);
    const auto owner = [&](const profile::Value& value) {
        const std::uint32_t caller = keys[python[value.context]];
        return caller == none ? keys[value.context] : caller;
    };
    const std::vector<profile::Amount> own = profile::amounts_by(profile, costs.size(), owner);
    std::map<std::uint32_t, LineCost> lines;
    for (const auto& [line, number] : numbers)
        if (costs[number].total.samples + costs[number].total.weight > 0)
            lines[line] = {std::move(costs[number]), own[number].weight};
    return lines;
}

// With tabs as a terminal shows them.
std::string without_tabs(const std::string& line) {
    std::string text;
    for (const char c : line)
        text += c == '\t' ? std::string(tab_stop - columns(text) % tab_stop, ' ') : std::string{c};
    return text;
}

// The figures of a line, as cells of a table; empty cells for a line without.
class Figures {
public:
    explicit Figures(const Profile& profile)
        : profile_{profile}, all_{profile::sum_all(profile)}, ratios_{profile::ratios_of(profile)} {}

    std::vector<Column> columns() const {
        std::vector<Column> columns = {{"own", "own", true}, {"total", "total", true}, {split_title(), "split", true}};
        if (profile_.run.ranks > 1) columns.push_back({"ranks", "ranks", true});
        for (const profile::Ratio& ratio : ratios_) columns.push_back({ratio.name, ratio.name, true});
        for (const std::size_t i : counters())
            columns.push_back({profile_.measures[i].metric.name, profile_.measures[i].metric.name, true});
        return columns;
    }

    std::vector<Cell> cells(const LineCost& line) const {
        const profile::Cost& cost = line.cost;
        std::vector<Cell> cells = {text_cell(share(line.own)), text_cell(share(cost.total.weight)),
                                   text_cell(split(cost))};
        if (profile_.run.ranks > 1) cells.push_back(text_cell(spread(cost.total_ranks)));
        for (const profile::Ratio& ratio : ratios_) {
            const std::optional<double> value = value_of(ratio, cost.total);
            cells.push_back(value ? ratio_cell(*value) : unknown_cell());
        }
        for (const std::size_t i : counters())
            cells.push_back(text_cell(percent(share_of(cost.total.measures[i], all_.measures[i]))));
        return cells;
    }

    double own_share(const LineCost& line) const { return share_of(line.own, all_.weight); }

private:
    bool sees_waits() const { return profile::is_measured(Category::io, profile_.run); }
    std::string split_title() const { return sees_waits() ? "py/nat/mpi/io/gil" : "py/nat/mpi"; }
    std::string share(std::uint64_t weight) const { return weight == 0 ? "" : percent(share_of(weight, all_.weight)); }
    std::string split(const profile::Cost& cost) const {
        std::string text;
        for (const Category category :
             {Category::python, Category::native, Category::mpi, Category::io, Category::gil}) {
            if (!profile::is_measured(category, profile_.run)) continue;
            const double part = share_of(cost.split[static_cast<std::size_t>(category)], cost.total.weight);
            text += (text.empty() ? "" : "/") + fmt::format("{:3.0f}", 100 * part);
        }
        return text;
    }
    static std::string spread(const std::optional<profile::Spread>& ranks) {
        if (!ranks || ranks->mean == 0) return "";
        return fmt::format("{:.2f} r{}", static_cast<double>(ranks->max) / ranks->mean, ranks->argmax);
    }
    // Events that the user asked for.
    std::vector<std::size_t> counters() const {
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < profile_.measures.size(); i++)
            if (std::ranges::count(profile_.run.counters, profile_.measures[i].metric.name) > 0) places.push_back(i);
        return places;
    }

    const Profile& profile_;
    profile::Amount all_;
    std::vector<profile::Ratio> ratios_;
};

// The lines to show: those with costs and some around each, in order.
std::vector<std::uint32_t> shown_lines(const std::map<std::uint32_t, LineCost>& costs, std::uint32_t first,
                                       std::uint32_t last, bool all) {
    std::set<std::uint32_t> lines;
    if (all)
        for (std::uint32_t line = std::max(1U, first); line <= last; line++) lines.insert(line);
    for (const auto& [line, cost] : costs) {
        if (line == 0) continue;
        const std::uint32_t from = std::max(std::max(1U, first), line - std::min(line - 1, lines_around));
        for (std::uint32_t near = std::min(from, line); near <= std::max(line, std::min(last, line + lines_around));
             near++)
            lines.insert(near);
    }
    if (first > 0 && first <= last) lines.insert(first);
    return {lines.begin(), lines.end()};
}

// Of lines that cost much.
std::string colour_of(double share) { return share >= hot_share ? "31" : share >= warm_share ? "33" : ""; }

// Why there is no text, as a sentence; empty if there is.
std::string trouble(const Profile& profile, const Annotated& annotated, const sources::Lines& text,
                    const std::map<std::uint32_t, LineCost>& costs) {
    const profile::Function& function = profile.functions[annotated.functions.front()];
    if (function.file.empty())
        return "No source file is known of it: " + place_of(profile, function) +
               " has no debugging information. Build it with -g, or install its debug package.";
    if (text.empty())
        return "The text of " + function.file +
               " cannot be had here. Copy it to that place, or ask where the program ran.";
    if (std::ranges::any_of(costs, [&](const auto& cost) { return cost.first > text.size(); }))
        return function.file + " is another version: it has fewer lines than when the program ran.";
    return "";
}

}  // namespace

std::vector<Annotated> find_annotated(const Profile& profile, const std::string& wanted) {
    if (wanted.empty()) return {};
    const auto file_of = [](const profile::Function& function) { return function.file; };
    std::vector<Annotated> files = collect(
        profile, true, [&](const auto& function) { return is_end_of_path(function.file, wanted); }, file_of);
    if (!files.empty()) return files;
    const Wanted parts = divided(wanted);
    const auto name_of = [&](const profile::Function& function) {
        return place_of(profile, function) + ":" + function.name;
    };
    const auto with_name = [&](auto has_name) {
        return collect(
            profile, false,
            [&](const profile::Function& function) {
                const bool is_there = parts.file.empty() || is_end_of_path(place_of(profile, function), parts.file);
                return function.name == wanted || (is_there && has_name(function));
            },
            name_of);
    };
    std::vector<Annotated> named = with_name([&](const auto& function) { return function.name == parts.name; });
    return named.empty() ? with_name([&](const auto& function) { return last_part(function.name) == parts.name; })
                         : named;
}

std::string similar_annotated(const Profile& profile, const std::string& wanted) {
    std::vector<std::string> names;
    for (const std::uint32_t i : functions_with_values(profile)) {
        const profile::Function& function = profile.functions[i];
        names.insert(names.end(), {function.name, last_part(function.name), file_name(function.file)});
    }
    return similar_word(wanted, names);
}

std::string annotate(const Profile& profile, const Annotated& annotated, bool all, const Style& style) {
    const profile::Function& function = profile.functions[annotated.functions.front()];
    const std::map<std::uint32_t, LineCost> costs = line_costs(profile, annotated);
    Sources sources{profile};
    const sources::Lines& text = sources.lines(function);
    const Figures figures{profile};
    Table table{figures.columns(), {}};
    table.columns.insert(table.columns.end(), {{"line", "line", true}, {"source", "source"}});
    std::vector<double> shares;
    const auto add = [&](std::vector<Cell> cells, const std::string& number, const std::string& source, double share) {
        cells.resize(table.columns.size() - 2);
        cells.insert(cells.end(), {text_cell(number), text_cell(without_tabs(source))});
        table.rows.push_back(std::move(cells));
        shares.push_back(share);
    };
    const std::uint32_t first = annotated.is_file ? (all ? 1 : 0) : function.first_line;
    const std::uint32_t sampled = costs.empty() ? 0 : costs.rbegin()->first;
    const auto end = static_cast<std::uint32_t>(text.size());
    const std::uint32_t last = annotated.is_file || !all ? end : std::min(end, sampled);
    std::uint32_t before = 0;
    if (costs.contains(0)) add(figures.cells(costs.at(0)), "?", "(lines that are not known)", 0);
    for (const std::uint32_t line : shown_lines(costs, first, last, all)) {
        if (before != 0 && line != before + 1) add({}, "", "...", 0);
        before = line;
        const auto cost = costs.find(line);
        const std::string source = line <= end ? text[line - 1] : "";
        if (cost == costs.end())
            add({}, std::to_string(line), source, 0);
        else
            add(figures.cells(cost->second), std::to_string(line), source, figures.own_share(cost->second));
    }
    std::string result;
    const auto say = [&](const std::string& sentence) {
        for (const std::string& line : wrapped(printable(sentence), style.width)) result += line + '\n';
    };
    say(fmt::format("{}: shares of the {} of the {}.", annotated.name,
                    profile.metric.unit == "nanoseconds" ? profile.metric.name + " time" : profile.metric.name,
                    profile.run.ranks > 1 ? counted(profile.run.ranks, "rank") : "run"));
    const std::string missing = trouble(profile, annotated, text, costs);
    if (!missing.empty()) say(missing);
    result += '\n' + as_coloured_text(table, style, [&](std::size_t row) { return colour_of(shares[row]); }) + '\n';
    say("own: the line and native code that it calls; total: all below; split: how total divides, in %" +
        std::string{profile.run.ranks > 1 ? "; ranks: largest / mean of total, and the rank with it." : "."});
    return result;
}

}  // namespace pyprof::report
