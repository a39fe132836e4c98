#include "formats/html_facts.h"

#include <optional>

#include "profile/balance.h"
#include "profile/categories.h"
#include "profile/libraries.h"
#include "profile/ratios.h"

namespace pyprof::formats {
namespace {

using nlohmann::json;
using profile::Profile;

json run_of(const profile::Run& run) {
    return {{"command", run.command}, {"script", run.script},
            {"ranks", run.ranks},     {"hosts", run.hosts},
            {"wall_ns", run.wall_ns}, {"started_realtime_ms", run.started_realtime_ns / 1'000'000},
            {"cpu_ns", run.cpu_ns},   {"mode", run.mode},
            {"rate_hz", run.rate_hz}, {"period_ns", run.period_ns},
            {"pythons", run.pythons}, {"mpi", run.mpi},
            {"version", run.version}, {"notes", run.notes},
            {"engine", run.engine},   {"counters", run.counters}};
}

json quality_of(const profile::Quality& q) {
    json lost = json::array();
    for (const profile::Loss& loss : q.lost) lost.push_back({{"cause", loss.cause}, {"count", loss.count}});
    return {{"samples", q.samples},
            {"expected", q.expected},
            {"rate_delivered_hz", q.rate_delivered_hz},
            {"cpu_covered", q.cpu_covered},
            {"wall_covered", q.wall_covered},
            {"lost", lost},
            {"unwind_complete", q.unwind_complete},
            {"unwind_fallback", q.unwind_fallback},
            {"unwind_truncated", q.unwind_truncated},
            {"merge_exact", q.merge_exact},
            {"merge_inexact", q.merge_inexact},
            {"merge_none", q.merge_none},
            {"unresolved_native", q.unresolved_native},
            {"native", q.native},
            {"handler_ns", q.handler_ns},
            {"handler_median_ns", q.handler_median_ns},
            {"handler_p99_ns", q.handler_p99_ns},
            {"handler_max_ns", q.handler_max_ns},
            {"damaged_bytes", q.damaged_bytes}};
}

json modules_of(const Profile& profile) {
    json list = json::array();
    for (const profile::Module& m : profile.modules) {
        list.push_back(
            {{"path", m.path}, {"build_id", m.build_id}, {"version", m.version}, {"names_from", m.names_from}});
    }
    return list;
}

json processes_of(const Profile& profile) {
    json list = json::array();
    for (const profile::Process& p : profile.processes) {
        list.push_back({{"rank", p.rank},
                        {"pid", p.pid},
                        {"host", p.host},
                        {"executable", p.executable},
                        {"python", p.python},
                        {"python_message", p.python_message},
                        {"state", p.state},
                        {"wall_ns", p.wall_ns},
                        {"cpu_ns", p.cpu_ns},
                        {"run_delay_ns", p.run_delay_ns},
                        {"max_rss_bytes", p.max_rss_bytes}});
    }
    return list;
}

json threads_of(const Profile& profile) {
    json list = json::array();
    for (const profile::Thread& t : profile.threads) {
        list.push_back({{"process", t.process},
                        {"tid", t.tid},
                        {"name", t.name},
                        {"is_python", t.is_python},
                        {"folded", t.folded},
                        {"summed_ns", t.summed.weight},
                        {"summed_mpi_ns", t.summed.mpi}});
    }
    return list;
}

json metric_of(const profile::Metric& metric) { return {{"name", metric.name}, {"unit", metric.unit}}; }

json measures_of(const Profile& profile) {
    json list = json::array();
    for (const profile::Measure& measure : profile.measures) list.push_back(metric_of(measure.metric));
    return list;
}

// Numerator and denominator count the profile's metric as 0 and its measures from 1.
json ratios_json(const Profile& profile) {
    const auto place = [](std::uint32_t measure) { return measure == profile::none ? 0 : measure + 1; };
    json list = json::array();
    for (const profile::Ratio& ratio : profile::ratios_of(profile))
        list.push_back({{"name", ratio.name},
                        {"unit", ratio.unit},
                        {"numerator", place(ratio.numerator)},
                        {"denominator", place(ratio.denominator)},
                        {"scale", ratio.scale}});
    return list;
}

json libraries_json(const Profile& profile) {
    json list = json::array();
    for (const profile::Library& library : profile::libraries_of(profile)) list.push_back(in_short(library));
    return list;
}

json balance_json(const Profile& profile) {
    const std::optional<profile::Balance> balance = profile::balance_of(profile);
    if (!balance) return {};
    json ranks = json::array();
    for (const profile::RankUse& use : balance->ranks)
        ranks.push_back({{"rank", use.rank}, {"useful_ns", use.useful}, {"in_mpi_ns", use.in_mpi}});
    json entry = {{"from", balance->is_counted ? "calls" : "samples"},
                  {"parallel", balance->parallel},
                  {"load", balance->load},
                  {"communication", balance->communication},
                  {"elapsed_ns", balance->elapsed},
                  {"lost_to_imbalance_ns", balance->lost_to_imbalance},
                  {"lost_to_communication_ns", balance->lost_to_communication},
                  {"ranks", ranks}};
    if (balance->serialisation) entry["serialisation"] = *balance->serialisation;
    if (balance->transfer) entry["transfer"] = *balance->transfer;
    return entry;
}

json unmeasured(const profile::Run& run) {
    json list = json::array();
    for (std::size_t i = 0; i < profile::category_count; i++)
        if (!is_measured(static_cast<profile::Category>(i), run)) list.push_back(profile::category_names[i]);
    return list;
}

}  // namespace

json page_facts(const Profile& profile) {
    return {{"run", run_of(profile.run)},           {"quality", quality_of(profile.quality)},
            {"metric", metric_of(profile.metric)},  {"measures", measures_of(profile)},
            {"ratios", ratios_json(profile)},       {"unmeasured", unmeasured(profile.run)},
            {"libraries", libraries_json(profile)}, {"balance", balance_json(profile)},
            {"modules", modules_of(profile)},       {"processes", processes_of(profile)},
            {"threads", threads_of(profile)}};
}

}  // namespace pyprof::formats
