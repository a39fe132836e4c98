#include "report/json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "profile/attachment.h"
#include "profile/balance.h"
#include "profile/compiling.h"
#include "profile/interval.h"
#include "profile/libraries.h"
#include "profile/mpi_calls.h"
#include "profile/ratios.h"
#include "profile/tree.h"
#include "profile/views.h"
#include "report/words.h"

namespace pyprof::report {
namespace {

using nlohmann::ordered_json;
using profile::Amount;
using profile::Category;
using profile::Cost;
using profile::Profile;
using profile::Spread;

constexpr double ns_per_s = 1e9;

double seconds(std::uint64_t ns) { return static_cast<double>(ns) / ns_per_s; }

ordered_json text_or_null(const std::string& text) { return text.empty() ? ordered_json() : ordered_json(text); }
ordered_json number_or_null(std::uint64_t number) { return number == 0 ? ordered_json() : ordered_json(number); }

// The lists of the report, made from one prepared profile.
class Lists {
public:
    Lists(const Profile& profile, const Options& options)
        : profile_{profile}, options_{options}, all_{profile::sum_all(profile)}, ratios_{profile::ratios_of(profile)} {}

    ordered_json functions() const {
        return list(profile::function_rows(profile_), [&](const profile::FunctionRow& row) {
            ordered_json entry = function(row.function);
            add_cost(entry, row.cost);
            entry["split"] = split(row.cost.split);
            entry["ranks"] = spread(row.cost.self_ranks);
            return entry;
        });
    }
    ordered_json lines() const {
        return list(profile::line_rows(profile_), [&](const profile::LineRow& row) {
            const profile::Function& function = profile_.functions[row.function];
            ordered_json entry = {{"file", text_or_null(function.file)},
                                  {"line", row.line},
                                  {"function", function.name},
                                  {"domain", name_of(function.domain)}};
            add_cost(entry, row.cost);
            entry["split"] = split(row.cost.split);
            entry["ranks"] = spread(row.cost.total_ranks);
            return entry;
        });
    }
    ordered_json kernels() const {
        return list(profile::kernel_rows(profile_), [&](const profile::KernelRow& row) {
            ordered_json entry = function(row.function);
            if (row.line != 0) entry["line"] = row.line;
            add_cost(entry, row.cost);
            entry["callers"] = callers(row);
            entry["ranks"] = spread(row.cost.self_ranks);
            return entry;
        });
    }
    ordered_json mpi() const {
        return list(profile::mpi_rows(profile_), [&](const profile::MpiRow& row) {
            ordered_json entry = {{"call", row.call}};
            entry.update(place(row.caller));
            add_counts(entry, row);
            entry["samples"] = row.cost.total.samples;
            entry["ranks"] = spread(row.time_ranks());
            const bool waits = row.counted && row.counted->waiting != profile::Waiting::never;
            entry["wait_ranks"] = waits ? spread(row.counted->wait_ranks) : ordered_json();
            return entry;
        });
    }
    ordered_json compiling() const {
        return list(profile::compile_rows(profile_), [&](const profile::CompileRow& row) {
            ordered_json entry = place(row.caller);
            entry["total"] = amount(row.total);
            return entry;
        });
    }
    ordered_json ranks() const {
        return list(profile::rank_rows(profile_), [&](const profile::RankRow& row) {
            const profile::Process& process = profile_.processes[row.process];
            return ordered_json{{"rank", row.rank},
                                {"host", process.host},
                                {"pid", process.pid},
                                {"threads", row.threads},
                                {"wall_s", seconds(row.wall_ns)},
                                {"cpu_s", seconds(row.cpu_ns)},
                                {"self", amount(row.self)},
                                {"categories", categories(row.categories)}};
        });
    }
    ordered_json threads() const {
        return list(profile::thread_rows(profile_), [&](const profile::ThreadRow& row) {
            const profile::Thread& thread = profile_.threads[row.thread];
            const profile::Process& process = profile_.processes[thread.process];
            ordered_json spawned_by;
            if (thread.spawned_by != 0) spawned_by = place(profile::start_of(profile_, thread));
            return ordered_json{
                {"rank", rank(process.rank)},        {"pid", process.pid},         {"tid", number_or_null(thread.tid)},
                {"name", text_or_null(thread.name)}, {"python", thread.is_python}, {"spawned_by", spawned_by},
                {"folded", thread.folded},           {"self", amount(row.self)},   {"ci", interval(row.self)}};
        });
    }
    ordered_json processes() const {
        return list(profile::process_rows(profile_), [&](const profile::ProcessRow& row) {
            const profile::Process& process = profile_.processes[row.process];
            const std::uint64_t begin = profile_.run.started_realtime_ns;
            const std::uint64_t start = std::max(begin, process.started_realtime_ns) - begin;
            return ordered_json{{"rank", rank(process.rank)},
                                {"pid", process.pid},
                                {"ppid", process.parent_pid},
                                {"host", process.host},
                                {"command", process.command},
                                {"python", text_or_null(process.python)},
                                {"start_s", seconds(start)},
                                {"wall_s", seconds(process.wall_ns)},
                                {"cpu_s", seconds(process.cpu_ns)},
                                {"max_rss", number_or_null(process.max_rss_bytes)},
                                {"run_delay_s", seconds(process.run_delay_ns)},
                                {"exit", text_or_null(process.state)},
                                {"self", amount(row.self)},
                                {"ci", interval(row.self)}};
        });
    }
    ordered_json modules() const {
        return list(profile::module_rows(profile_), [&](const profile::ModuleRow& row) {
            const profile::Module& module = profile_.modules[row.module];
            const double named =
                static_cast<double>(row.named) / static_cast<double>(std::max<std::uint64_t>(1, row.self.weight));
            return ordered_json{{"name", file_name(module.path)},
                                {"path", module.path},
                                {"build_id", text_or_null(module.build_id)},
                                {"version", text_or_null(module.version)},
                                {"self", amount(row.self)},
                                {"ci", interval(row.self)},
                                {"named", named},
                                {"names_from", text_or_null(module.names_from)}};
        });
    }
    ordered_json categories(const profile::Split& sums) const {
        ordered_json entry;
        for (std::size_t i = 0; i < profile::category_count; i++) {
            const bool measured = profile::is_measured(static_cast<Category>(i), profile_.run);
            entry[profile::category_names[i]] = measured ? ordered_json(sums[i]) : ordered_json();
        }
        return entry;
    }

private:
    template <class Rows, class Entry>
    ordered_json list(const Rows& rows, Entry entry) const {
        const std::size_t count = options_.limit == 0 ? rows.size() : std::min(options_.limit, rows.size());
        ordered_json entries = ordered_json::array();
        for (std::size_t i = 0; i < count; i++) entries.push_back(entry(rows[i]));
        return entries;
    }

    static ordered_json rank(std::int32_t rank) { return rank < 0 ? ordered_json() : ordered_json(rank); }

    ordered_json function(std::uint32_t index) const {
        const profile::Function& function = profile_.functions[index];
        ordered_json module;
        if (function.module != profile::none) module = file_name(profile_.modules[function.module].path);
        return {{"name", function.name},
                {"domain", name_of(function.domain)},
                {"module", module},
                {"file", text_or_null(function.file)},
                {"line", number_or_null(function.first_line)}};
    }

    // {file, line, function} of a location, nulls for none.
    ordered_json place(std::uint32_t location) const {
        if (location == profile::none) return {{"file", nullptr}, {"line", nullptr}, {"function", nullptr}};
        const profile::Location& at = profile_.locations[location];
        const profile::Function& function = profile_.functions[at.function];
        return {{"file", text_or_null(function.file)}, {"line", number_or_null(at.line)}, {"function", function.name}};
    }

    // By metric: the profile's first, and how many samples it stands on.
    ordered_json amount(const Amount& amount) const {
        ordered_json values = {{profile_.metric.name, amount.weight}};
        values["samples"] = amount.samples;
        for (std::size_t i = 0; i < profile_.measures.size(); i++)
            values[profile_.measures[i].metric.name] = amount.measures[i];
        for (const profile::Ratio& ratio : ratios_) {
            const std::optional<double> value = value_of(ratio, amount);
            values[ratio.name] = value ? ordered_json(*value) : ordered_json();
        }
        return values;
    }
    ordered_json interval(const Amount& amount) const {
        const profile::Interval interval = profile::interval_of(amount.weight, all_);
        return {{profile_.metric.name, {interval.low, interval.high}}};
    }
    void add_cost(ordered_json& entry, const Cost& cost) const {
        entry["self"] = amount(cost.self);
        entry["ci"] = interval(cost.self);
        entry["total"] = amount(cost.total);
    }
    ordered_json split(const profile::Split& parts) const {
        ordered_json entry;
        for (const Category category :
             {Category::python, Category::native, Category::mpi, Category::io, Category::gil, Category::gc}) {
            const auto i = static_cast<std::size_t>(category);
            const bool measured = profile::is_measured(category, profile_.run);
            entry[profile::category_names[i]] = measured ? ordered_json(parts[i]) : ordered_json();
        }
        return entry;
    }
    // Null is what only counting tells, where the call was met by samples alone.
    static void add_counts(ordered_json& entry, const profile::MpiRow& row) {
        constexpr const char* waits[] = {nullptr, "at_most", "measured"};
        for (const char* name : {"kind", "count", "bytes"}) entry[name] = nullptr;
        entry["time_ns"] = row.time();
        for (const char* name : {"shortest_ns", "longest_ns", "wait_ns", "wait", "wait_state"}) entry[name] = nullptr;
        if (!row.counted) return;
        const profile::CountedCalls& calls = *row.counted;
        entry["kind"] = name_of(calls.kind);
        entry["count"] = calls.count;
        entry["bytes"] = calls.bytes;
        entry["shortest_ns"] = calls.shortest_ns;
        entry["longest_ns"] = calls.longest_ns;
        if (calls.waiting == profile::Waiting::never) return;
        entry["wait_ns"] = calls.wait_ns;
        entry["wait"] = waits[static_cast<std::size_t>(calls.waiting)];
        if (const char* state = name_of(calls.wait_state)) entry["wait_state"] = state;
    }
    static ordered_json spread(const std::optional<Spread>& spread) {
        if (!spread) return {};
        return {{"min", spread->min},     {"mean", spread->mean},     {"max", spread->max},
                {"sigma", spread->sigma}, {"argmin", spread->argmin}, {"argmax", spread->argmax}};
    }
    ordered_json callers(const profile::KernelRow& row) const {
        ordered_json callers = ordered_json::array();
        for (const profile::Caller& caller : row.callers) {
            const profile::Function& function = profile_.functions[caller.function];
            const double whole = static_cast<double>(std::max<std::uint64_t>(1, row.cost.self.weight));
            callers.push_back({{"file", text_or_null(function.file)},
                               {"line", number_or_null(caller.line)},
                               {"function", function.name},
                               {"share", static_cast<double>(caller.weight) / whole}});
        }
        return callers;
    }

    const Profile& profile_;
    const Options& options_;
    Amount all_;
    std::vector<profile::Ratio> ratios_;
};

ordered_json libraries(const Profile& profile) {
    ordered_json list = ordered_json::array();
    for (const profile::Library& library : profile::libraries_of(profile))
        list.push_back({{"role", library.role},
                        {"name", library.name},
                        {"version", text_or_null(library.version)},
                        {"path", library.path},
                        {"threads", library.threads}});
    return list;
}

ordered_json run(const Profile& profile) {
    const profile::Run& run = profile.run;
    return {
        {"command", run.command},
        {"ranks", run.ranks},
        {"hosts", run.hosts},
        {"started", run.started_realtime_ns == 0 ? ordered_json() : ordered_json(utc_time(run.started_realtime_ns))},
        {"wall_s", seconds(run.wall_ns)},
        {"cpu_s", seconds(run.cpu_ns)},
        {"mode", run.mode},
        {"engine", text_or_null(run.engine)},
        {"rate_hz", run.rate_hz},
        {"period_ns", run.period_ns},
        {"pythons", run.pythons},
        {"mpi", text_or_null(run.mpi)},
        {"libraries", libraries(profile)},
        {"counters", run.counters},
        {"version", run.version},
        {"notes", run.notes}};
}

ordered_json python_threads(const Profile& profile) {
    const std::optional<profile::Attachment> attachment = profile::attachment_of(profile);
    if (!attachment) return {};
    return {{"cpu_ns", attachment->cpu_ns}, {"attached_ns", attachment->attached_ns}, {"gil", attachment->has_gil}};
}

ordered_json balance(const Profile& profile) {
    const std::optional<profile::Balance> balance = profile::balance_of(profile);
    if (!balance) return {};
    const auto or_null = [](const std::optional<double>& share) {
        return share ? ordered_json(*share) : ordered_json();
    };
    return {
        {"from", balance->is_counted ? "calls" : "samples"},
        {"parallel_efficiency", balance->parallel},
        {"load_balance", balance->load},
        {"communication_efficiency", balance->communication},
        {"serialisation_efficiency", or_null(balance->serialisation)},
        {"transfer_efficiency", or_null(balance->transfer)},
        {"elapsed_ns", balance->elapsed},
        {"lost_ns", {{"imbalance", balance->lost_to_imbalance}, {"communication", balance->lost_to_communication}}}};
}

ordered_json quality(const Profile& profile) {
    const profile::Quality& quality = profile.quality;
    ordered_json lost = ordered_json::object();
    for (const profile::Loss& loss : quality.lost) lost[loss.cause] = loss.count;
    ordered_json overhead;
    if (profile.run.cpu_ns > 0) overhead = seconds(quality.handler_ns) / seconds(profile.run.cpu_ns);
    ordered_json wall_covered;
    if (quality.wall_covered > 0) wall_covered = quality.wall_covered;
    return {
        {"samples", quality.samples},
        {"signals", quality.signals},
        {"expected", quality.expected},
        {"rate_delivered_hz", quality.rate_delivered_hz},
        {"cpu_covered", quality.cpu_covered},
        {"wall_covered", wall_covered},
        {"lost", lost},
        {"unwind",
         {{"complete", quality.unwind_complete},
          {"fallback", quality.unwind_fallback},
          {"truncated", quality.unwind_truncated}}},
        {"merge", {{"exact", quality.merge_exact}, {"inexact", quality.merge_inexact}, {"none", quality.merge_none}}},
        {"native", quality.native},
        {"unresolved_native", quality.unresolved_native},
        {"handler_s", seconds(quality.handler_ns)},
        {"handler_ns",
         {{"median", quality.handler_median_ns}, {"p99", quality.handler_p99_ns}, {"max", quality.handler_max_ns}}},
        {"overhead_share", overhead},
        {"damaged_bytes", quality.damaged_bytes}};
}

ordered_json metrics(const Profile& profile) {
    ordered_json list = ordered_json::array();
    const auto add = [&](const std::string& name, const std::string& unit) {
        list.push_back({{"name", name}, {"unit", unit}});
    };
    add(profile.metric.name, profile.metric.unit);
    if (profile.metric.name != "samples") add("samples", "count");
    for (const profile::Measure& measure : profile.measures) add(measure.metric.name, measure.metric.unit);
    for (const profile::Ratio& ratio : profile::ratios_of(profile)) add(ratio.name, ratio.unit);
    return list;
}

}  // namespace

std::string json(const Profile& profile, const Options& options) {
    const Lists lists{profile, options};
    const ordered_json report = {{"schema", "pyprof.report/1"},
                                 {"run", run(profile)},
                                 {"quality", quality(profile)},
                                 {"metrics", metrics(profile)},
                                 {"categories", lists.categories(profile::category_sums(profile))},
                                 {"python_threads", python_threads(profile)},
                                 {"functions", lists.functions()},
                                 {"lines", lists.lines()},
                                 {"kernels", lists.kernels()},
                                 {"compiling", lists.compiling()},
                                 {"mpi", lists.mpi()},
                                 {"balance", balance(profile)},
                                 {"ranks", lists.ranks()},
                                 {"threads", lists.threads()},
                                 {"processes", lists.processes()},
                                 {"modules", lists.modules()}};
    return report.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace pyprof::report
