#include "profile/records.h"

#include <cmath>
#include <utility>

#include "profile/pyprof.pb.h"

namespace pyprof::profile {
namespace {

const std::string no_text;

double finite(double value) { return std::isfinite(value) ? value : 0; }

template <class Field>
std::vector<std::string> all_of(const Field& field) {
    return {field.begin(), field.end()};
}

Run run_of(const saved::Run& in) {
    Run run;
    run.command = all_of(in.command());
    run.script = in.script();
    run.ranks = in.ranks();
    run.hosts = all_of(in.hosts());
    run.started_realtime_ns = in.started_realtime_ns();
    run.wall_ns = in.wall_ns();
    run.cpu_ns = in.cpu_ns();
    run.mode = in.mode();
    run.engine = in.engine();
    run.rate_hz = finite(in.rate_hz());
    run.period_ns = in.period_ns();
    run.pythons = all_of(in.pythons());
    run.mpi = in.mpi();
    run.counters = all_of(in.counters());
    run.version = in.version();
    run.notes = all_of(in.notes());
    return run;
}

Quality quality_of(const saved::Quality& in) {
    Quality quality;
    quality.samples = in.samples();
    quality.signals = in.signals();
    quality.expected = in.expected();
    quality.rate_delivered_hz = finite(in.rate_delivered_hz());
    quality.cpu_covered = finite(in.cpu_covered());
    quality.wall_covered = finite(in.wall_covered());
    for (const saved::Loss& loss : in.lost()) quality.lost.push_back({loss.cause(), loss.count()});
    quality.unwind_complete = in.unwind_complete();
    quality.unwind_fallback = in.unwind_fallback();
    quality.unwind_truncated = in.unwind_truncated();
    quality.merge_exact = in.merge_exact();
    quality.merge_inexact = in.merge_inexact();
    quality.merge_none = in.merge_none();
    quality.unresolved_native = in.unresolved_native();
    quality.native = in.native();
    quality.handler_ns = in.handler_ns();
    quality.handler_median_ns = in.handler_median_ns();
    quality.handler_p99_ns = in.handler_p99_ns();
    quality.handler_max_ns = in.handler_max_ns();
    quality.damaged_bytes = in.damaged_bytes();
    return quality;
}

// Values are in order, each place once, and none is empty.
bool may_follow(const std::vector<Value>& values, const Value& value) {
    if (value.samples == 0 && value.weight == 0) return false;
    return values.empty() || values.back().context != value.context || values.back().thread < value.thread;
}

// `none` where there is no such number.
std::uint32_t stepped(std::uint32_t from, std::int64_t step) {
    std::int64_t to = 0;
    const bool fits = !__builtin_add_overflow(std::int64_t{from}, step, &to) && to >= 0 && to < none;
    return fits ? static_cast<std::uint32_t>(to) : none;
}

Metric metric_of(const saved::Metric& in) { return {in.name().empty() ? "(unnamed)" : in.name(), in.unit()}; }

}  // namespace

RecordReader::RecordReader(const saved::Header& header) {
    profile_.run = run_of(header.run());
    profile_.quality = quality_of(header.quality());
    profile_.metric = {"cpu", "nanoseconds"};
    if (header.metrics_size() > 0) profile_.metric = metric_of(header.metrics(0));
    for (int i = 1; i < header.metrics_size(); i++) profile_.measures.push_back({metric_of(header.metrics(i)), {}});
    sums_.resize(profile_.measures.size() + 1);
    profile_.contexts.push_back({0, none});
}

const std::string& RecordReader::text(std::uint32_t number) {
    if (number < texts_.size()) return texts_[number];
    bad_text_ = true;
    return no_text;
}

bool RecordReader::add(const saved::Record& record) {
    switch (record.content_case()) {
        case saved::Record::kStrings:
            for (const std::string& text : record.strings().text()) texts_.push_back(text);
            return true;
        case saved::Record::kModules:
            return add_modules(record.modules());
        case saved::Record::kFunctions:
            return add_functions(record.functions());
        case saved::Record::kLocations:
            return add_locations(record.locations());
        case saved::Record::kProcesses:
            return add_processes(record.processes());
        case saved::Record::kThreads:
            return add_threads(record.threads());
        case saved::Record::kContexts:
            return add_contexts(record.contexts());
        case saved::Record::kValues:
            return add_values(record.values());
        case saved::Record::kCalls:
            return add_calls(record.calls());
        case saved::Record::kMoments:
            return add_moments(record.moments());
        case saved::Record::kHeader:
        case saved::Record::kEnd:
            return false;
        case saved::Record::CONTENT_NOT_SET:
            return true;
    }
    return true;
}

bool RecordReader::add_modules(const saved::Modules& in) {
    const int count = in.path_size();
    if (in.build_id_size() != count || in.version_size() != count || in.names_from_size() != count ||
        in.traits_size() != count) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        profile_.modules.push_back({text(in.path(i)), text(in.build_id(i)), text(in.version(i)), text(in.names_from(i)),
                                    (in.traits(i) & 1) != 0});
    }
    return !bad_text_;
}

bool RecordReader::add_functions(const saved::Functions& in) {
    const int count = in.name_size();
    if (in.system_name_size() != count || in.file_size() != count || in.first_line_size() != count ||
        in.module_size() != count || in.traits_size() != count) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        if ((in.traits(i) & 7) > static_cast<std::uint32_t>(Domain::os)) return false;
        if (in.module(i) > profile_.modules.size()) return false;
        Function function;
        function.name = text(in.name(i));
        function.system_name = text(in.system_name(i));
        function.file = text(in.file(i));
        function.first_line = in.first_line(i);
        function.module = in.module(i) - 1;  // 0 is none
        function.domain = static_cast<Domain>(in.traits(i) & 7);
        function.machinery = (in.traits(i) & 8) != 0;
        function.named = (in.traits(i) & 16) == 0;
        profile_.functions.push_back(std::move(function));
    }
    return !bad_text_;
}

bool RecordReader::add_locations(const saved::Locations& in) {
    const int count = in.function_size();
    if (in.line_size() != count || in.traits_size() != count) return false;
    for (int i = 0; i < count; i++) {
        if (in.function(i) >= profile_.functions.size()) return false;
        profile_.locations.push_back({in.function(i), in.line(i), (in.traits(i) & 1) != 0, (in.traits(i) & 2) != 0});
    }
    return true;
}

bool RecordReader::add_processes(const saved::Processes& in) {
    for (const saved::Process& saved : in.process()) {
        Process process;
        process.rank = saved.rank();
        process.pid = saved.pid();
        process.parent_pid = saved.parent_pid();
        process.host = text(saved.host());
        process.executable = text(saved.executable());
        process.working_directory = text(saved.working_directory());
        for (const std::uint32_t argument : saved.command()) process.command.push_back(text(argument));
        process.python = text(saved.python());
        process.python_message = text(saved.python_message());
        process.state = text(saved.state());
        process.started_realtime_ns = saved.started_realtime_ns();
        process.wall_ns = saved.wall_ns();
        process.cpu_ns = saved.cpu_ns();
        process.run_delay_ns = saved.run_delay_ns();
        process.max_rss_bytes = saved.max_rss_bytes();
        process.slice_width_ns = saved.slice_width_ns();
        process.slices.assign(saved.slices().begin(), saved.slices().end());
        process.moment_stride_ns = saved.moment_stride_ns();
        profile_.processes.push_back(std::move(process));
    }
    return !bad_text_;
}

bool RecordReader::add_threads(const saved::Threads& in) {
    for (const saved::Thread& saved : in.thread()) {
        if (saved.process() >= profile_.processes.size()) return false;
        Thread thread;
        thread.process = saved.process();
        thread.tid = saved.tid();
        thread.name = text(saved.name());
        thread.is_python = saved.is_python();
        thread.folded = saved.folded();
        thread.spawned_by = saved.spawned_by();
        thread.cpu_ns = saved.cpu_ns();
        thread.summed = {saved.summed_samples(), saved.summed_weight(), saved.summed_mpi()};
        thread.started_in = saved.started_in() - 1;  // 0 is none
        if (thread.started_in != none && thread.started_in >= profile_.modules.size()) return false;
        profile_.threads.push_back(std::move(thread));
    }
    return !bad_text_;
}

bool RecordReader::add_contexts(const saved::Contexts& in) {
    if (in.location_size() != in.parent_distance_size()) return false;
    for (int i = 0; i < in.location_size(); i++) {
        const std::size_t self = profile_.contexts.size();
        const std::uint32_t distance = in.parent_distance(i);
        if (distance == 0 || distance > self || in.location(i) >= profile_.locations.size()) return false;
        profile_.contexts.push_back({static_cast<std::uint32_t>(self - distance), in.location(i)});
    }
    return true;
}

bool RecordReader::add_values(const saved::Values& in) {
    const int count = in.thread_size();
    if (in.context_step_size() != count || in.samples_size() != count || in.weight_excess_size() != count) return false;
    if (in.metric() >= sums_.size()) return false;
    Sums& sums = sums_[in.metric()];
    std::vector<Value>& values = in.metric() == 0 ? profile_.values : profile_.measures[in.metric() - 1].values;
    const std::uint64_t period_ns = in.metric() == 0 ? profile_.run.period_ns : 0;
    for (int i = 0; i < count; i++) {
        sums.last_context += in.context_step(i);
        if (sums.last_context >= profile_.contexts.size() || in.thread(i) >= profile_.threads.size()) return false;
        Value value;
        value.context = static_cast<std::uint32_t>(sums.last_context);
        value.thread = in.thread(i);
        value.samples = in.samples(i);
        value.weight = value.samples * period_ns + static_cast<std::uint64_t>(in.weight_excess(i));
        if (!may_follow(values, value) || !sums.add(value)) return false;
        values.push_back(value);
    }
    return true;
}

bool RecordReader::add_calls(const saved::Calls& in) {
    const int count = in.context_size();
    for (const int size :
         {in.thread_size(), in.name_size(), in.traits_size(), in.ranks_size(), in.count_size(), in.bytes_size(),
          in.time_ns_size(), in.shortest_ns_size(), in.longest_ns_size(), in.synchronising_ns_size()})
        if (size != count) return false;
    for (int i = 0; i < count; i++) {
        if (in.context(i) >= profile_.contexts.size() || in.thread(i) >= profile_.threads.size()) return false;
        const std::uint32_t kind = in.traits(i) & 15, peer = in.traits(i) >> 4 & 15, size_class = in.traits(i) >> 8;
        if (kind >= call_kind_count || peer >= call_peer_count || size_class > largest_size_class) return false;
        profile_.calls.push_back({.context = in.context(i),
                                  .thread = in.thread(i),
                                  .name = text(in.name(i)),
                                  .kind = static_cast<CallKind>(kind),
                                  .peer = static_cast<CallPeer>(peer),
                                  .ranks = in.ranks(i),
                                  .size_class = static_cast<std::uint8_t>(size_class),
                                  .count = in.count(i),
                                  .bytes = in.bytes(i),
                                  .time_ns = in.time_ns(i),
                                  .shortest_ns = in.shortest_ns(i),
                                  .longest_ns = in.longest_ns(i),
                                  .synchronising_ns = in.synchronising_ns(i)});
    }
    return !bad_text_;
}

bool RecordReader::add_moments(const saved::Moments& in) {
    const int count = in.time_step_size();
    if (in.thread_step_size() != count || in.context_step_size() != count) return false;
    const auto process_of = [&](const Moment& moment) { return profile_.threads[moment.thread].process; };
    for (int i = 0; i < count; i++) {
        const Moment before = profile_.moments.empty() ? Moment{} : profile_.moments.back();
        const Moment moment = {stepped(before.time, in.time_step(i)), stepped(before.context, in.context_step(i)),
                               stepped(before.thread, in.thread_step(i))};
        if (moment.thread >= profile_.threads.size() || moment.context >= profile_.contexts.size()) return false;
        if (profile_.processes[process_of(moment)].moment_stride_ns == 0) return false;
        const bool in_order = profile_.moments.empty() ||
                              std::pair{process_of(before), before.time} <= std::pair{process_of(moment), moment.time};
        if (!in_order) return false;
        profile_.moments.push_back(moment);
    }
    return true;
}

bool RecordReader::Sums::add(const Value& value) {
    return !__builtin_add_overflow(samples, value.samples, &samples) &&
           !__builtin_add_overflow(weight, value.weight, &weight);
}

Profile RecordReader::take() {
    for (Process& process : profile_.processes) {
        if (process.slices.size() % 4 != 0) process.slices.clear();
    }
    for (Thread& thread : profile_.threads) {
        if (thread.spawned_by >= profile_.contexts.size()) thread.spawned_by = 0;
    }
    return std::move(profile_);
}

}  // namespace pyprof::profile
