#include "profile/save.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <vector>
#include <zlib.h>

#include "base/replace_file.h"
#include "profile/pyprof.pb.h"

namespace pyprof::profile {
namespace {

constexpr std::size_t entries_per_record = 65'536;
constexpr std::size_t text_bytes_per_record = 1 << 20;

// Frames records, and writes each text before the first record that mentions it.
class Writer {
public:
    explicit Writer(std::ostream& out) : out_{out} { put_bytes(std::string_view{saved_magic, saved_magic_bytes}); }

    // The number of a text, which must outlive the writer.
    std::uint32_t text(std::string_view text) {
        const auto [known, is_new] = texts_.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
        if (is_new) {
            new_texts_.mutable_strings()->add_text(text.data(), text.size());
            new_text_bytes_ += text.size();
            if (new_text_bytes_ >= text_bytes_per_record) put_new_texts();
        }
        return known->second;
    }

    void put(const saved::Record& record) {
        put_new_texts();
        put_framed(record);
    }
    // Of everything so far.
    std::uint32_t checksum() {
        put_new_texts();
        return static_cast<std::uint32_t>(checksum_);
    }

private:
    void put_new_texts() {
        if (new_texts_.strings().text_size() > 0) put_framed(new_texts_);
        new_texts_.Clear();
        new_text_bytes_ = 0;
    }
    void put_framed(const saved::Record& record) {
        const std::string body = record.SerializeAsString();
        std::string length;
        std::size_t rest = body.size();
        for (; rest >= 0x80; rest >>= 7) length.push_back(static_cast<char>(rest | 0x80));
        length.push_back(static_cast<char>(rest));
        put_bytes(length);
        put_bytes(body);
    }
    void put_bytes(std::string_view bytes) {
        out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        checksum_ = crc32_z(checksum_, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
    }

    std::ostream& out_;
    uLong checksum_ = crc32_z(0, nullptr, 0);
    std::unordered_map<std::string_view, std::uint32_t> texts_;
    saved::Record new_texts_;
    std::size_t new_text_bytes_ = 0;
};

// Calls add(record, i) for the items from `first` on, with a new record for every entries_per_record of them.
template <class Items, class Add>
void put_table(Writer& writer, const Items& items, std::size_t first, Add add) {
    for (std::size_t begin = first; begin < items.size(); begin += entries_per_record) {
        saved::Record record;
        const std::size_t end = std::min(items.size(), begin + entries_per_record);
        for (std::size_t i = begin; i < end; i++) add(record, i);
        writer.put(record);
    }
}

template <class Texts, class Field>
void add_all(const Texts& texts, Field* field) {
    for (const std::string& text : texts) *field->Add() = text;
}

void fill(const Run& run, saved::Run& out) {
    add_all(run.command, out.mutable_command());
    out.set_script(run.script);
    out.set_ranks(run.ranks);
    add_all(run.hosts, out.mutable_hosts());
    out.set_started_realtime_ns(run.started_realtime_ns);
    out.set_wall_ns(run.wall_ns);
    out.set_cpu_ns(run.cpu_ns);
    out.set_mode(run.mode);
    out.set_engine(run.engine);
    out.set_rate_hz(run.rate_hz);
    out.set_period_ns(run.period_ns);
    add_all(run.pythons, out.mutable_pythons());
    out.set_mpi(run.mpi);
    add_all(run.counters, out.mutable_counters());
    out.set_version(run.version);
    add_all(run.notes, out.mutable_notes());
}

void fill(const Quality& quality, saved::Quality& out) {
    out.set_samples(quality.samples);
    out.set_signals(quality.signals);
    out.set_expected(quality.expected);
    out.set_rate_delivered_hz(quality.rate_delivered_hz);
    out.set_cpu_covered(quality.cpu_covered);
    out.set_wall_covered(quality.wall_covered);
    for (const Loss& loss : quality.lost) {
        saved::Loss* saved = out.add_lost();
        saved->set_cause(loss.cause);
        saved->set_count(loss.count);
    }
    out.set_unwind_complete(quality.unwind_complete);
    out.set_unwind_fallback(quality.unwind_fallback);
    out.set_unwind_truncated(quality.unwind_truncated);
    out.set_merge_exact(quality.merge_exact);
    out.set_merge_inexact(quality.merge_inexact);
    out.set_merge_none(quality.merge_none);
    out.set_unresolved_native(quality.unresolved_native);
    out.set_native(quality.native);
    out.set_handler_ns(quality.handler_ns);
    out.set_handler_median_ns(quality.handler_median_ns);
    out.set_handler_p99_ns(quality.handler_p99_ns);
    out.set_handler_max_ns(quality.handler_max_ns);
    out.set_damaged_bytes(quality.damaged_bytes);
}

void add_metric(const Metric& metric, saved::Header& header) {
    saved::Metric* saved = header.add_metrics();
    saved->set_name(metric.name);
    saved->set_unit(metric.unit);
}

void put_header(Writer& writer, const Profile& profile) {
    saved::Record record;
    saved::Header& header = *record.mutable_header();
    header.set_version(saved_version);
    fill(profile.run, *header.mutable_run());
    fill(profile.quality, *header.mutable_quality());
    add_metric(profile.metric, header);
    for (const Measure& measure : profile.measures) add_metric(measure.metric, header);
    writer.put(record);
}

std::uint32_t traits_of(const Function& function) {
    return static_cast<std::uint32_t>(function.domain) | (function.machinery ? 8U : 0U) | (function.named ? 0U : 16U);
}

void put_modules(Writer& writer, const std::vector<Module>& modules) {
    put_table(writer, modules, 0, [&](saved::Record& record, std::size_t i) {
        saved::Modules& out = *record.mutable_modules();
        out.add_path(writer.text(modules[i].path));
        out.add_build_id(writer.text(modules[i].build_id));
        out.add_version(writer.text(modules[i].version));
        out.add_names_from(writer.text(modules[i].names_from));
        out.add_traits(modules[i].interpreter ? 1U : 0U);
    });
}

void put_functions(Writer& writer, const std::vector<Function>& functions) {
    put_table(writer, functions, 0, [&](saved::Record& record, std::size_t i) {
        const Function& function = functions[i];
        saved::Functions& out = *record.mutable_functions();
        out.add_name(writer.text(function.name));
        out.add_system_name(writer.text(function.system_name));
        out.add_file(writer.text(function.file));
        out.add_first_line(function.first_line);
        out.add_module(function.module + 1);  // 0 is none
        out.add_traits(traits_of(function));
    });
}

void put_locations(Writer& writer, const std::vector<Location>& locations) {
    put_table(writer, locations, 0, [&](saved::Record& record, std::size_t i) {
        saved::Locations& out = *record.mutable_locations();
        out.add_function(locations[i].function);
        out.add_line(locations[i].line);
        out.add_traits((locations[i].inlined ? 1U : 0U) | (locations[i].guessed ? 2U : 0U));
    });
}

void fill(const Process& process, saved::Process& out, Writer& writer) {
    out.set_rank(process.rank);
    out.set_pid(process.pid);
    out.set_parent_pid(process.parent_pid);
    out.set_host(writer.text(process.host));
    out.set_executable(writer.text(process.executable));
    out.set_working_directory(writer.text(process.working_directory));
    for (const std::string& argument : process.command) out.add_command(writer.text(argument));
    out.set_python(writer.text(process.python));
    out.set_python_message(writer.text(process.python_message));
    out.set_state(writer.text(process.state));
    out.set_started_realtime_ns(process.started_realtime_ns);
    out.set_wall_ns(process.wall_ns);
    out.set_cpu_ns(process.cpu_ns);
    out.set_run_delay_ns(process.run_delay_ns);
    out.set_max_rss_bytes(process.max_rss_bytes);
    out.set_slice_width_ns(process.slice_width_ns);
    out.mutable_slices()->Add(process.slices.begin(), process.slices.end());
    out.set_moment_stride_ns(process.moment_stride_ns);
}

void put_processes(Writer& writer, const std::vector<Process>& processes) {
    put_table(writer, processes, 0, [&](saved::Record& record, std::size_t i) {
        fill(processes[i], *record.mutable_processes()->add_process(), writer);
    });
}

void put_threads(Writer& writer, const std::vector<Thread>& threads) {
    put_table(writer, threads, 0, [&](saved::Record& record, std::size_t i) {
        saved::Thread& out = *record.mutable_threads()->add_thread();
        out.set_process(threads[i].process);
        out.set_tid(threads[i].tid);
        out.set_name(writer.text(threads[i].name));
        out.set_is_python(threads[i].is_python);
        out.set_folded(threads[i].folded);
        out.set_spawned_by(threads[i].spawned_by);
        out.set_cpu_ns(threads[i].cpu_ns);
        out.set_summed_samples(threads[i].summed.samples);
        out.set_summed_weight(threads[i].summed.weight);
        out.set_summed_mpi(threads[i].summed.mpi);
        out.set_started_in(threads[i].started_in + 1);  // none is 0
    });
}

// The root is understood, not written.
void put_contexts(Writer& writer, const std::vector<Context>& contexts) {
    put_table(writer, contexts, 1, [&](saved::Record& record, std::size_t i) {
        saved::Contexts& out = *record.mutable_contexts();
        out.add_parent_distance(static_cast<std::uint32_t>(i) - contexts[i].parent);
        out.add_location(contexts[i].location);
    });
}

// `metric` is 0 for the sampled time, else 1 + the number of the measure.
void put_values(Writer& writer, const std::vector<Value>& values, std::uint32_t metric, std::uint64_t period_ns) {
    std::uint32_t last_context = 0;
    put_table(writer, values, 0, [&](saved::Record& record, std::size_t i) {
        const Value& value = values[i];
        saved::Values& out = *record.mutable_values();
        out.set_metric(metric);
        out.add_context_step(value.context - last_context);
        out.add_thread(value.thread);
        out.add_samples(value.samples);
        // Modulo 2^64 on both sides, so that no weight is lost.
        out.add_weight_excess(static_cast<std::int64_t>(value.weight - value.samples * period_ns));
        last_context = value.context;
    });
}

// Kind in the lowest 4 bits, then 4 bits of the peer, then the size class.
std::uint32_t traits_of(const Call& call) {
    return static_cast<std::uint32_t>(call.kind) | static_cast<std::uint32_t>(call.peer) << 4 |
           static_cast<std::uint32_t>(call.size_class) << 8;
}

void put_calls(Writer& writer, const std::vector<Call>& calls) {
    put_table(writer, calls, 0, [&](saved::Record& record, std::size_t i) {
        const Call& call = calls[i];
        saved::Calls& out = *record.mutable_calls();
        out.add_context(call.context);
        out.add_thread(call.thread);
        out.add_name(writer.text(call.name));
        out.add_traits(traits_of(call));
        out.add_ranks(call.ranks);
        out.add_count(call.count);
        out.add_bytes(call.bytes);
        out.add_time_ns(call.time_ns);
        out.add_shortest_ns(call.shortest_ns);
        out.add_longest_ns(call.longest_ns);
        out.add_synchronising_ns(call.synchronising_ns);
    });
}

// Each number as its step from the one before.
void put_moments(Writer& writer, const std::vector<Moment>& moments) {
    put_table(writer, moments, 0, [&](saved::Record& record, std::size_t i) {
        const Moment before = i == 0 ? Moment{} : moments[i - 1];
        saved::Moments& out = *record.mutable_moments();
        out.add_time_step(std::int64_t{moments[i].time} - before.time);
        out.add_thread_step(std::int64_t{moments[i].thread} - before.thread);
        out.add_context_step(std::int64_t{moments[i].context} - before.context);
    });
}

void put_end(Writer& writer, const Profile& profile) {
    saved::Record record;
    record.mutable_end()->set_contexts(profile.contexts.size());
    record.mutable_end()->set_values(profile.values.size());
    record.mutable_end()->set_calls(profile.calls.size());
    record.mutable_end()->set_moments(profile.moments.size());
    record.mutable_end()->set_crc32(writer.checksum());
    writer.put(record);
}

}  // namespace

void save(const Profile& profile, std::ostream& out) {
    Writer writer{out};
    put_header(writer, profile);
    writer.text("");  // number 0
    put_modules(writer, profile.modules);
    put_functions(writer, profile.functions);
    put_locations(writer, profile.locations);
    put_processes(writer, profile.processes);
    put_threads(writer, profile.threads);
    put_contexts(writer, profile.contexts);
    put_values(writer, profile.values, 0, profile.run.period_ns);
    for (std::uint32_t i = 0; i < profile.measures.size(); i++)
        put_values(writer, profile.measures[i].values, i + 1, 0);
    put_calls(writer, profile.calls);
    put_moments(writer, profile.moments);
    put_end(writer, profile);
}

Status save_file(const Profile& profile, const std::string& path) {
    return replace_file(path, [&](std::ostream& out) { save(profile, out); });
}

}  // namespace pyprof::profile
