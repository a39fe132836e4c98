#include "profile/join.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "profile/sums.h"

namespace pyprof::profile {
namespace {

auto fields(const Module& m) { return std::tie(m.path, m.build_id, m.version, m.names_from, m.interpreter); }
auto fields(const Function& f) {
    return std::tie(f.name, f.system_name, f.file, f.first_line, f.module, f.domain, f.machinery, f.named);
}
auto fields(const Location& l) { return std::tie(l.function, l.line, l.inlined, l.guessed); }
auto fields(const Context& c) { return std::tie(c.parent, c.location); }

struct ByFields {
    template <class Thing>
    bool operator()(const Thing& a, const Thing& b) const {
        return fields(a) < fields(b);
    }
};

// A table in which equal entries are one.
template <class Thing>
class Table {
public:
    explicit Table(std::vector<Thing>& things) : things_{things} {}

    std::uint32_t number(const Thing& thing) {
        const auto [known, is_new] = numbers_.try_emplace(thing, static_cast<std::uint32_t>(things_.size()));
        if (is_new) things_.push_back(thing);
        return known->second;
    }

private:
    std::vector<Thing>& things_;
    std::map<Thing, std::uint32_t, ByFields> numbers_;
};

void add_new(std::vector<std::string>& all, const std::vector<std::string>& more) {
    for (const std::string& one : more) {
        if (std::ranges::find(all, one) == all.end()) all.push_back(one);
    }
}

void add(Run& run, const Run& other) {
    const std::uint64_t end =
        std::max(run.started_realtime_ns + run.wall_ns, other.started_realtime_ns + other.wall_ns);
    run.started_realtime_ns = std::min(run.started_realtime_ns, other.started_realtime_ns);
    run.wall_ns = end - run.started_realtime_ns;
    run.cpu_ns += other.cpu_ns;
    add_new(run.hosts, other.hosts);
    add_new(run.pythons, other.pythons);
    add_new(run.counters, other.counters);
    add_new(run.notes, other.notes);
    if (run.mpi.empty()) run.mpi = other.mpi;
}

void add(Quality& quality, const Quality& other) {
    const auto samples = static_cast<double>(quality.samples), more = static_cast<double>(other.samples);
    const double both = std::max(1.0, samples + more);
    // Delivered rate and cover are ratios of times that grow with the samples.
    quality.rate_delivered_hz = (quality.rate_delivered_hz * samples + other.rate_delivered_hz * more) / both;
    quality.cpu_covered = (quality.cpu_covered * samples + other.cpu_covered * more) / both;
    quality.wall_covered = (quality.wall_covered * samples + other.wall_covered * more) / both;
    for (const auto sum : {&Quality::samples, &Quality::signals, &Quality::expected, &Quality::unwind_complete,
                           &Quality::unwind_fallback, &Quality::unwind_truncated, &Quality::merge_exact,
                           &Quality::merge_inexact, &Quality::merge_none, &Quality::unresolved_native, &Quality::native,
                           &Quality::handler_ns, &Quality::damaged_bytes}) {
        quality.*sum += other.*sum;
    }
    for (const auto most : {&Quality::handler_median_ns, &Quality::handler_p99_ns, &Quality::handler_max_ns}) {
        quality.*most = std::max(quality.*most, other.*most);
    }
    for (const Loss& loss : other.lost) {
        const auto known = std::ranges::find(quality.lost, loss.cause, &Loss::cause);
        if (known == quality.lost.end()) {
            quality.lost.push_back(loss);
        } else {
            known->count += loss.count;
        }
    }
}

class Joiner {
public:
    Joiner() { contexts_.number({0, none}); }

    void add(const Profile& profile) {
        if (joined_.metric.name.empty()) {
            joined_.run = profile.run;
            joined_.quality = profile.quality;
            joined_.metric = profile.metric;
        } else if (joined_.metric != profile.metric) {
            joined_.run.notes.push_back("A profile of " + profile.metric.name + " time was left out of one of " +
                                        joined_.metric.name + " time.");
            return;
        } else {
            profile::add(joined_.run, profile.run);
            profile::add(joined_.quality, profile.quality);
        }
        add_tables(profile);
    }

    Profile take() {
        joined_.values = sorted_sums(std::move(joined_.values));
        for (Measure& measure : joined_.measures) measure.values = sorted_sums(std::move(measure.values));
        std::set<std::int32_t> ranks;
        for (const Process& process : joined_.processes) {
            if (process.rank >= 0) ranks.insert(process.rank);
        }
        joined_.run.ranks = static_cast<std::uint32_t>(ranks.size());
        return std::move(joined_);
    }

private:
    void add_tables(const Profile& profile) {
        std::vector<std::uint32_t> modules, functions, locations, contexts;
        for (const Module& module : profile.modules) modules.push_back(modules_.number(module));
        for (Function function : profile.functions) {
            if (function.module != none) function.module = modules[function.module];
            functions.push_back(functions_.number(function));
        }
        for (Location location : profile.locations) {
            location.function = functions[location.function];
            locations.push_back(locations_.number(location));
        }
        for (Context context : profile.contexts) {
            if (!contexts.empty()) context = {contexts[context.parent], locations[context.location]};
            contexts.push_back(contexts_.number(context));
        }
        add_values(profile, modules, contexts);
    }

    void add_values(const Profile& profile, const std::vector<std::uint32_t>& modules,
                    const std::vector<std::uint32_t>& contexts) {
        const auto first_process = static_cast<std::uint32_t>(joined_.processes.size());
        const auto first_thread = static_cast<std::uint32_t>(joined_.threads.size());
        joined_.processes.insert(joined_.processes.end(), profile.processes.begin(), profile.processes.end());
        for (Thread thread : profile.threads) {
            thread.process += first_process;
            thread.spawned_by = contexts[thread.spawned_by];
            if (thread.started_in != none) thread.started_in = modules[thread.started_in];
            joined_.threads.push_back(thread);
        }
        const auto append = [&](const std::vector<Value>& from, std::vector<Value>& to) {
            for (Value value : from) {
                value.context = contexts[value.context];
                value.thread += first_thread;
                to.push_back(value);
            }
        };
        append(profile.values, joined_.values);
        for (Moment moment : profile.moments) {
            moment.context = contexts[moment.context];
            moment.thread += first_thread;
            joined_.moments.push_back(moment);
        }
        for (Call call : profile.calls) {
            call.context = contexts[call.context];
            call.thread += first_thread;
            joined_.calls.push_back(std::move(call));
        }
        for (const Measure& measure : profile.measures) append(measure.values, values_of(measure.metric));
    }

    // The list of a measure, which need not be in every profile.
    std::vector<Value>& values_of(const Metric& metric) {
        const auto place = std::ranges::lower_bound(joined_.measures, metric.name, {},
                                                    [](const Measure& measure) { return measure.metric.name; });
        if (place != joined_.measures.end() && place->metric.name == metric.name) return place->values;
        return joined_.measures.insert(place, {metric, {}})->values;
    }

    Profile joined_;
    Table<Module> modules_{joined_.modules};
    Table<Function> functions_{joined_.functions};
    Table<Location> locations_{joined_.locations};
    Table<Context> contexts_{joined_.contexts};
};

}  // namespace

Profile join(const std::vector<Profile>& profiles) {
    Joiner joiner;
    for (const Profile& profile : profiles) joiner.add(profile);
    return joiner.take();
}

}  // namespace pyprof::profile
