#include "merge/pipeline.h"

#include <algorithm>

#include "merge/contexts.h"
#include "merge/domains.h"
#include "merge/library_version.h"
#include "merge/moments.h"
#include "merge/mpi_notes.h"
#include "merge/quality.h"
#include "merge/run_facts.h"

namespace pyprof::merge {
namespace {

bool refers_to_something(const gather::Tree& tree, const gather::Key& key) {
    switch (key.kind) {
        case gather::KeyKind::native:
            return key.index == gather::no_module || key.index < tree.modules.size();
        case gather::KeyKind::python:
            return key.index < tree.codes.size();
        case gather::KeyKind::special:
        case gather::KeyKind::root:
            return true;
    }
    return false;
}

bool contexts_are_good(const gather::Tree& tree) {
    for (std::size_t i = 1; i < tree.contexts.size(); i++) {
        if (tree.contexts[i].parent >= i || !refers_to_something(tree, tree.contexts[i].key)) return false;
    }
    return !tree.contexts.empty();
}

Status check(const gather::Tree& tree) {
    const auto good = [&](const std::vector<gather::Value>& list) {
        return std::all_of(list.begin(), list.end(), [&](const gather::Value& value) {
            return value.context < tree.contexts.size() && value.thread < tree.threads.size();
        });
    };
    const bool values = good(tree.values) && std::all_of(tree.measures.begin(), tree.measures.end(),
                                                         [&](const auto& measure) { return good(measure.values); });
    const bool threads = std::all_of(tree.threads.begin(), tree.threads.end(), [&](const gather::Thread& thread) {
        return thread.process < tree.processes.size() && thread.spawned_by < tree.contexts.size() &&
               thread.started_in <= tree.modules.size();
    });
    const bool calls = std::all_of(tree.calls.begin(), tree.calls.end(), [&](const gather::Call& call) {
        return call.context < tree.contexts.size() && call.thread < tree.threads.size();
    });
    const bool moments = std::all_of(tree.moments.begin(), tree.moments.end(), [&](const gather::Moment& moment) {
        return moment.context < tree.contexts.size() && moment.thread < tree.threads.size() && moment.shift < 64;
    });
    if (contexts_are_good(tree) && values && threads && calls && moments) return {};
    return Error{"the gathered profile is damaged: it refers to parts that it does not have"};
}

std::vector<profile::Module> modules_of(const gather::Tree& tree, const Names& names) {
    std::vector<profile::Module> modules;
    for (std::uint32_t i = 0; i < tree.modules.size(); i++) {
        const gather::Module& module = tree.modules[i];
        modules.push_back({module.path, module.build_id, version_of(module), names.names_from(i),
                           kind_of(module) == ModuleKind::interpreter});
    }
    return modules;
}

// Not a part of the time that is known in every run.
bool is_counter(const std::string& metric) {
    return metric != "cpu" && metric != wire::off_cpu_metric && metric != wire::gil_held_metric &&
           metric != wire::attached_metric;
}

// A run in which some processes were sampled by another clock has the time of `metric` alone.
std::vector<profile::Measure> measures_of(const gather::Tree& tree, const ContextMap& contexts,
                                          const profile::Metric& metric) {
    std::vector<profile::Measure> measures;
    for (const gather::Measure& measure : tree.measures) {
        if (measure.name == metric.name) continue;
        const bool is_time = measure.unit == wire::MetricUnit::nanoseconds;
        measures.push_back({{measure.name, is_time ? "nanoseconds" : "count"}, map_values(measure.values, contexts)});
    }
    return measures;
}

profile::Call call_of(const gather::Call& call, const ContextMap& contexts) {
    return {.context = contexts.at(call.context),
            .thread = call.thread,
            .name = call.name,
            .kind = static_cast<profile::CallKind>(call.kind),
            .peer = static_cast<profile::CallPeer>(call.peer),
            .ranks = call.ranks,
            .size_class = call.size_class,
            .count = call.count,
            .bytes = call.bytes,
            .time_ns = call.time_ns,
            .shortest_ns = call.shortest_ns,
            .longest_ns = call.longest_ns,
            .synchronising_ns = call.synchronising_ns};
}

// Both sides number kinds and peers alike; the file of a profile has these numbers.
static_assert(static_cast<unsigned>(wire::CallKind::count) == profile::call_kind_count);
static_assert(static_cast<unsigned>(wire::CallPeer::count) == profile::call_peer_count);

}  // namespace

Result<profile::Profile> merge(const gather::Tree& tree, const MergeOptions& options) {
    if (const Status good = check(tree); !good) return good.error();
    profile::Profile profile;
    Tables tables{profile};
    Names names{tree, options.symbols, tables};
    names.read_ahead();

    const ContextMap contexts{tree, names, tables};
    profile.values = map_values(tree.values, contexts);
    for (const gather::Process& process : tree.processes) profile.processes.push_back(process_of(process));
    find_replaced(profile.processes);
    for (const gather::Thread& thread : tree.threads) {
        profile.threads.push_back(thread_of(thread));
        profile.threads.back().spawned_by = contexts.at(thread.spawned_by);
    }
    for (const gather::Call& call : tree.calls) profile.calls.push_back(call_of(call, contexts));
    add_moments(tree, contexts, profile);
    profile.modules = modules_of(tree, names);
    profile.quality = quality_of(tree);
    count_names(tree, names, profile.quality);
    profile.run = run_of(tree);
    for (std::string& note : mpi_notes(tree)) profile.run.notes.push_back(std::move(note));
    for (std::string& problem : names.problems()) profile.run.notes.push_back(std::move(problem));
    profile.metric = {profile.run.mode, "nanoseconds"};
    profile.measures = measures_of(tree, contexts, profile.metric);
    for (const profile::Measure& measure : profile.measures) {
        if (is_counter(measure.metric.name)) profile.run.counters.push_back(measure.metric.name);
    }
    names.save();
    return profile;
}

}  // namespace pyprof::merge
