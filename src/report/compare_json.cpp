#include "report/compare_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "report/compare_text.h"

namespace pyprof::report {
namespace {

using nlohmann::ordered_json;
using profile::Category;

ordered_json value_or_null(const std::optional<double>& value) { return value ? ordered_json(*value) : ordered_json(); }

ordered_json named_times(const std::vector<compare::NamedTime>& times, const char* time_name) {
    ordered_json list = ordered_json::array();
    for (const compare::NamedTime& time : times) {
        ordered_json entry = {{"name", time.name}, {time_name, time.time_s}};
        if (time.calls > 0) entry["ncalls"] = time.calls;
        list.push_back(entry);
    }
    return list;
}

ordered_json split_of(const compare::Row& row, const std::string& mode) {
    profile::Run run;
    run.mode = mode;
    ordered_json split;
    for (const Category category : {Category::python, Category::native, Category::mpi, Category::io, Category::gil,
                                    Category::gc, Category::idle}) {
        const auto i = static_cast<std::size_t>(category);
        const bool measured = profile::is_measured(category, run);
        split[profile::category_names[i]] = measured ? ordered_json(row.split_s[i]) : ordered_json();
    }
    return split;
}

ordered_json function_of(const compare::Row& row, const std::string& mode) {
    ordered_json flags = ordered_json::array();
    for (const compare::Flag flag : row.flags) flags.push_back(name_of(flag));
    ordered_json entry = {{"name", row.name}, {"file", row.key.file}, {"line", row.key.line}};
    const bool counted = row.counted.has_value();
    entry["ncalls"] = counted ? ordered_json(row.counted->calls) : ordered_json();
    entry["cprofile_self_s"] = counted ? ordered_json(row.counted->self_s) : ordered_json();
    entry["cprofile_builtin_s"] = counted ? ordered_json(row.builtin_s) : ordered_json();
    entry["cprofile_total_s"] = counted ? ordered_json(row.counted->total_s) : ordered_json();
    entry["samples"] = row.samples;
    entry["sampled_self_s"] = row.sampled_self_s;
    entry["sampled_self_ci_s"] = {row.sampled_self_ci.low, row.sampled_self_ci.high};
    entry["sampled_total_s"] = row.sampled_total_s;
    entry["elsewhere_s"] = row.elsewhere_s;
    entry["tracing_s"] = row.tracing_s;
    entry["split"] = split_of(row, mode);
    entry["extension_s"] = row.extension_s;
    entry["inflation"] = value_or_null(row.inflation);
    entry["tax_per_call_s"] = value_or_null(row.tax_per_call_s);
    entry["flags"] = flags;
    entry["builtins"] = named_times(row.builtins, "cprofile_self_s");
    entry["native"] = named_times(row.native, "sampled_s");
    return entry;
}

ordered_json line_of(const compare::LineRow& row) {
    return {{"file", row.file},
            {"line", row.line},
            {"function", row.function},
            {"hits", row.hits ? ordered_json(*row.hits) : ordered_json()},
            {"time_s", row.hits ? ordered_json(row.traced_s) : ordered_json()},
            {"samples", row.samples},
            {"sampled_s", row.sampled_s},
            {"sampled_ci_s", {row.sampled_ci.low, row.sampled_ci.high}},
            {"inflation", value_or_null(row.inflation)}};
}

// Functions that a rank did not call took no time there.
ordered_json ranks_of(const compare::Row& row, const compare::Comparison& comparison) {
    const compare::RankSpread& spread = row.traced_ranks;
    const bool on_all = spread.processes >= comparison.ranks * comparison.runs;
    return {{"min", on_all ? spread.min_s : 0},
            {"mean", row.traced_self_s() / static_cast<double>(comparison.ranks)},
            {"max", spread.max_s},
            {"argmin", on_all ? spread.argmin : -1},
            {"argmax", spread.argmax}};
}

ordered_json document_of(const compare::Comparison& comparison, std::size_t limit) {
    const std::size_t count = limit == 0 ? comparison.rows.size() : std::min(limit, comparison.rows.size());
    ordered_json functions = ordered_json::array();
    for (std::size_t i = 0; i < count; i++) functions.push_back(function_of(comparison.rows[i], comparison.mode));
    ordered_json lines = ordered_json::array();
    for (const compare::LineRow& row : comparison.lines) lines.push_back(line_of(row));
    const compare::Matches& matches = comparison.matches;
    return {{"schema", "pyprof.compare/1"},
            {"tracer", comparison.tracer},
            {"mode", comparison.mode},
            {"ranks", comparison.ranks},
            {"runs", comparison.runs},
            {"bare_wall_s", value_or_null(comparison.bare_wall_s)},
            {"sampled_wall_s", value_or_null(comparison.sampled_wall_s)},
            {"cprofile_wall_s", value_or_null(comparison.cprofile_wall_s)},
            {"cprofile_s", comparison.traced_s},
            {"cprofile_unowned_s", comparison.unowned_s},
            {"sampled_s", comparison.sampled_s},
            {"tracing_s", comparison.tracing_s},
            {"ncalls", comparison.calls},
            {"samples", comparison.samples},
            {"tax_per_call_s", value_or_null(comparison.tax_per_call_s)},
            {"rank_correlation", value_or_null(comparison.rank_correlation)},
            {"matched",
             {{"exact", matches.exact},
              {"by_path", matches.by_path},
              {"by_name", matches.by_name},
              {"ambiguous", matches.ambiguous}}},
            {"functions", functions},
            {"lines", lines},
            {"notes", comparison.notes}};
}

}  // namespace

std::string compare_json(const compare::Comparison& comparison, std::size_t limit) {
    return document_of(comparison, limit).dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

ordered_json compare_section(const compare::Comparison& comparison) {
    ordered_json section = document_of(comparison, 0);
    section["facts"] = compare_facts(comparison);
    section["legend"] = compare_legend(comparison);
    for (std::size_t i = 0; i < comparison.rows.size(); i++) {
        const compare::Row& row = comparison.rows[i];
        ordered_json& function = section["functions"][i];
        function["builtin_calls"] = row.builtin_calls;
        if (comparison.ranks > 1 && row.counted) function["ranks"] = ranks_of(row, comparison);
    }
    return section;
}

}  // namespace pyprof::report
