#include "report/diff_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/words.h"

namespace pyprof::report {
namespace {

using diff::Change;
using diff::Difference;
using nlohmann::ordered_json;

ordered_json text_or_null(const std::string& text) { return text.empty() ? ordered_json() : ordered_json(text); }
ordered_json number_or_null(std::uint64_t number) { return number == 0 ? ordered_json() : ordered_json(number); }

ordered_json change(const Change& change) {
    return {{"before", change.before},
            {"after", change.after},
            {"delta", change.delta()},
            {"sigma", change.sigma ? ordered_json(*change.sigma) : ordered_json()},
            {"significant", change.is_significant()},
            {"samples", {change.samples_before, change.samples_after}}};
}

const char* state_of(const Change& total) {
    if (total.is_new()) return "new";
    return total.has_vanished() ? "vanished" : "both";
}

ordered_json summary(const diff::Summary& side) {
    return {{"name", side.name},
            {"command", side.run.command},
            {"ranks", side.run.ranks},
            {"compared_ranks", side.workers},
            {"hosts", side.run.hosts},
            {"pythons", side.run.pythons},
            {"started",
             side.run.started_realtime_ns == 0 ? ordered_json() : ordered_json(utc_time(side.run.started_realtime_ns))},
            {"wall_s", static_cast<double>(side.run.wall_ns) / 1e9},
            {"samples", side.samples},
            {"version", side.run.version}};
}

ordered_json function(const diff::FunctionRow& row, const Difference& difference) {
    const bool has_file = row.key.place.find('/') != std::string::npos || row.module.empty();
    return {{"name", row.key.name},
            {"domain", name_of(row.key.domain)},
            {"file", has_file ? text_or_null(row.key.place) : ordered_json()},
            {"module", row.module.empty() ? ordered_json() : ordered_json(file_name(row.module))},
            {"line", number_or_null(row.line)},
            {"state", state_of(row.total)},
            {"notable", difference.is_notable(row.own)},
            {"self", change(row.self)},
            {"own", change(row.own)},
            {"total", change(row.total)},
            {"scaling_loss", row.scaling_loss ? ordered_json(*row.scaling_loss) : ordered_json()}};
}

ordered_json line(const diff::LineRow& row, const Difference& difference) {
    return {{"file", text_or_null(row.key.place)},
            {"line", row.line},
            {"line_before", number_or_null(row.line_before)},
            {"function", row.key.name},
            {"domain", name_of(row.key.domain)},
            {"state", state_of(row.total)},
            {"notable", difference.is_notable(row.own)},
            {"own", change(row.own)},
            {"total", change(row.total)}};
}

template <class Row, class Entry>
ordered_json list(const std::vector<Row>& rows, std::size_t limit, Entry entry, const Difference& difference) {
    ordered_json entries = ordered_json::array();
    const std::size_t count = limit == 0 ? rows.size() : std::min(limit, rows.size());
    for (std::size_t i = 0; i < count; i++) entries.push_back(entry(rows[i], difference));
    return entries;
}

}  // namespace

std::string diff_json(const Difference& difference, std::size_t limit, const std::optional<Threshold>& threshold) {
    ordered_json asked;
    if (threshold)
        asked = {{"percent", threshold->percent},
                 {"function", text_or_null(threshold->function)},
                 {"exceeded", threshold->is_exceeded}};
    const ordered_json document = {
        {"schema", "pyprof.diff/1"},
        {"metric", {{"name", difference.metric.name}, {"unit", difference.metric.unit}}},
        {"unit", difference.is_share ? "share" : difference.metric.unit},
        {"mode", difference.after.run.mode},
        {"by_rank", difference.is_by_rank},
        {"before", summary(difference.before)},
        {"after", summary(difference.after)},
        {"total", change(difference.total)},
        {"compared", {{"functions", difference.functions.size()}, {"lines", difference.lines.size()}}},
        {"expected_by_chance", difference.total.sigma ? ordered_json(difference.expected_by_chance()) : ordered_json()},
        {"functions", list(difference.functions, limit, function, difference)},
        {"lines", list(difference.lines, limit, line, difference)},
        {"fail_over", asked},
        {"notes", difference.notes}};
    return document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace pyprof::report
