#include "gather/process_facts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <tuple>

#include "base/saturate.h"

namespace pyprof::gather {
namespace {

constexpr auto slice_columns = static_cast<std::size_t>(wire::SliceCategory::count);

// NUL-separated, ended by an empty argument or the field's end.
std::vector<std::string> arguments(std::string_view field) {
    std::vector<std::string> result;
    while (!field.empty()) {
        const std::size_t end = std::min(field.find('\0'), field.size());
        if (end == 0) break;
        result.emplace_back(field.substr(0, end));
        field.remove_prefix(std::min(end + 1, field.size()));
    }
    return result;
}

Slices slices_of(const wire::RecordingHeader& header) {
    Slices slices;
    if (header.slice_shift >= 64) return slices;
    std::size_t used = 0;
    for (std::size_t slice = 0; slice < wire::slice_count; ++slice) {
        const auto& row = header.slices[slice];
        if (std::any_of(row, row + slice_columns, [](std::uint32_t n) { return n != 0; })) used = slice + 1;
    }
    if (used == 0) return slices;
    slices.width_ns = std::uint64_t{1} << header.slice_shift;
    slices.counts.assign(&header.slices[0][0], &header.slices[0][0] + used * slice_columns);
    return slices;
}

void copy_texts(Process& process, const wire::RecordingHeader& header) {
    process.host = wire::text_of(header.host);
    process.job = wire::text_of(header.job);
    process.script = wire::text_of(header.script);
    process.executable = wire::text_of(header.executable);
    process.working_directory = wire::text_of(header.working_directory);
    process.command = arguments({header.command, sizeof header.command});
    if (header.python_disabled != 0) {
        process.python_message = wire::text_of(header.python_message);
        if (process.python_message.empty()) process.python_message = "Python frames are switched off";
    }
}

void add_counts(std::vector<std::uint64_t>& into, const std::vector<std::uint64_t>& from) {
    if (into.size() < from.size()) into.resize(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) into[i] = saturating_add(into[i], from[i]);
}

// Widths are powers of two, so slices of the finer one fall whole into those of the coarser one.
void add_slices(Slices& into, const Slices& from) {
    if (from.counts.empty()) return;
    if (into.counts.empty()) {
        into = from;
        return;
    }
    const std::uint64_t width = std::max(into.width_ns, from.width_ns);
    Slices sum{width, {}};
    for (const Slices* part : {static_cast<const Slices*>(&into), &from}) {
        const std::uint64_t per_slice = width / part->width_ns;
        for (std::size_t i = 0; i < part->counts.size(); ++i) {
            const std::size_t at = i / slice_columns / per_slice * slice_columns + i % slice_columns;
            if (sum.counts.size() <= at) sum.counts.resize((at / slice_columns + 1) * slice_columns);
            sum.counts[at] = saturating_add(sum.counts[at], part->counts[i]);
        }
    }
    into = std::move(sum);
}

// A thread that was folded into others kept its own record; the record of those has no thread id.
std::uint64_t lifetimes_of(const wire::Recording& recording) {
    const wire::RecordingHeader& header = recording.header;
    std::uint64_t sum = header.unrecorded_thread_ns;
    for (const wire::ThreadRecord& thread : recording.threads) {
        if (thread.tid == 0) continue;
        const std::uint64_t begin = std::max(thread.started_ns, header.watched_from_ns);
        const std::uint64_t end = thread.ended_ns != 0 ? thread.ended_ns : header.last_ns;
        sum = saturating_add(sum, difference_or_zero(end, begin));
    }
    return sum;
}

template <class T>
void keep_larger(T& into, const T& from) {
    if (into < from) into = from;
}

}  // namespace

std::uint64_t ticks_to_ns(std::uint64_t ticks, std::uint64_t ticks_per_ms) {
    if (ticks_per_ms == 0) return 0;
    const double ns = static_cast<double>(ticks) * 1e6 / static_cast<double>(ticks_per_ms);
    return ns < 1.8e19 ? static_cast<std::uint64_t>(ns) : std::numeric_limits<std::uint64_t>::max();
}

std::vector<std::uint64_t> histogram_in_ns(const std::uint64_t (&ticks)[wire::handler_buckets],
                                           std::uint64_t ticks_per_ms) {
    if (ticks_per_ms == 0) return {};
    std::vector<std::uint64_t> result(wire::handler_buckets);
    const double shift = 4 * std::log2(1e6 / static_cast<double>(ticks_per_ms));
    for (std::uint32_t i = 0; i < wire::handler_buckets; ++i) {
        const double bucket = std::floor(i + 0.5 + shift);
        const auto at = static_cast<std::size_t>(std::clamp(bucket, 0.0, wire::handler_buckets - 1.0));
        result[at] = saturating_add(result[at], ticks[i]);
    }
    return result;
}

Process process_facts(const wire::Recording& recording) {
    const wire::RecordingHeader& header = recording.header;
    Process process;
    process.rank = header.rank;
    process.rank_count = header.rank_count;
    process.pid = header.pid;
    process.parent_pid = header.parent_pid;
    copy_texts(process, header);
    process.python_version = header.python_version;
    process.state = header.state <= wire::ProcessState::replaced_by_exec ? header.state : wire::ProcessState::running;
    process.clock = header.clock == wire::Clock::wall ? wire::Clock::wall : wire::Clock::cpu;
    process.engine = header.engine <= wire::Engine::tgkill ? header.engine : wire::Engine::cpu;
    process.engine_reason = wire::text_of(header.engine_reason);
    process.period_ns = header.period_ns;
    process.started_realtime_ns = header.started_realtime_ns;
    process.wall_ns = difference_or_zero(header.last_ns, header.started_ns);
    process.cpu_ns = header.cpu_ns;
    process.max_rss_bytes = header.max_rss_bytes;
    process.run_delay_ns = header.run_delay_ns;
    if (process.clock == wire::Clock::wall) process.thread_ns = lifetimes_of(recording);
    process.samples = header.samples;
    process.expiries = header.expiries;
    process.exact_stitches = header.exact_stitches;
    process.native_only = header.native_only;
    process.handler_ns = saturating_add(ticks_to_ns(header.handler_ticks, header.ticks_per_ms), header.agent_cpu_ns);
    process.handler_histogram = histogram_in_ns(header.handler_histogram, header.ticks_per_ms);
    process.losses.assign(header.losses, header.losses + wire::loss_slots);
    process.slices = slices_of(header);
    process.damaged_bytes = saturating_add(recording.damaged_bytes, recording.missing_bytes);
    return process;
}

void merge_process(Process& into, const Process& from) {
    if (std::tie(into.wall_ns, into.state) < std::tie(from.wall_ns, from.state)) into.state = from.state;
    keep_larger(into.rank, from.rank);
    keep_larger(into.rank_count, from.rank_count);
    keep_larger(into.parent_pid, from.parent_pid);
    keep_larger(into.job, from.job);
    keep_larger(into.script, from.script);
    keep_larger(into.executable, from.executable);
    keep_larger(into.working_directory, from.working_directory);
    keep_larger(into.command, from.command);
    keep_larger(into.python_version, from.python_version);
    keep_larger(into.python_message, from.python_message);
    keep_larger(into.clock, from.clock);
    keep_larger(into.engine, from.engine);
    keep_larger(into.engine_reason, from.engine_reason);
    keep_larger(into.period_ns, from.period_ns);
    keep_larger(into.wall_ns, from.wall_ns);
    into.cpu_ns = saturating_add(into.cpu_ns, from.cpu_ns);
    keep_larger(into.max_rss_bytes, from.max_rss_bytes);
    keep_larger(into.run_delay_ns, from.run_delay_ns);
    into.thread_ns = saturating_add(into.thread_ns, from.thread_ns);
    into.samples = saturating_add(into.samples, from.samples);
    into.expiries = saturating_add(into.expiries, from.expiries);
    into.exact_stitches = saturating_add(into.exact_stitches, from.exact_stitches);
    into.native_only = saturating_add(into.native_only, from.native_only);
    into.handler_ns = saturating_add(into.handler_ns, from.handler_ns);
    into.damaged_bytes = saturating_add(into.damaged_bytes, from.damaged_bytes);
    add_counts(into.handler_histogram, from.handler_histogram);
    add_counts(into.losses, from.losses);
    add_slices(into.slices, from.slices);
}

void merge_thread(Thread& into, const Thread& from) {
    if (into.name.empty() || (!from.name.empty() && from.name < into.name)) into.name = from.name;
    if (into.spawned_by == 0) into.spawned_by = from.spawned_by;
    into.started_in = std::max(into.started_in, from.started_in);
    into.folded = saturating_add(into.folded, from.folded);
    into.is_python = into.is_python || from.is_python;
    into.ended_ns = std::max(into.ended_ns, from.ended_ns);
    into.cpu_ns = std::max(into.cpu_ns, from.cpu_ns);
    into.summed.samples = saturating_add(into.summed.samples, from.summed.samples);
    into.summed.weight_ns = saturating_add(into.summed.weight_ns, from.summed.weight_ns);
    into.summed.mpi_ns = saturating_add(into.summed.mpi_ns, from.summed.mpi_ns);
}

void merge_call(Call& into, const Call& from) {
    into.count = saturating_add(into.count, from.count);
    into.bytes = saturating_add(into.bytes, from.bytes);
    into.time_ns = saturating_add(into.time_ns, from.time_ns);
    into.shortest_ns = std::min(into.shortest_ns, from.shortest_ns);
    into.longest_ns = std::max(into.longest_ns, from.longest_ns);
    into.synchronising_ns = saturating_add(into.synchronising_ns, from.synchronising_ns);
    into.kind = std::max(into.kind, from.kind);
}

}  // namespace pyprof::gather
