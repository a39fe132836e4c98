#include "agent/capture/figures.h"

#include <algorithm>

#include "agent/capture/proc_files.h"
#include "agent/capture/syscalls.h"

namespace pyprof::capture {
namespace {

constexpr std::uint64_t shortest_interval_ns = 16'000'000, longest_interval_ns = 1'000'000'000;
constexpr std::uint64_t intervals_of_run = 128;  // a killed process lacks no more than this part of its time

wire::RecordingHeader& header() { return *process.arena.header(); }

template <std::size_t n>
void copy_text(char (&into)[n], const char* from) {
    std::size_t i = 0;
    for (; i + 1 < n && from[i] != '\0'; ++i) into[i] = from[i];
    into[i] = '\0';
}

// Of the main thread only, as the kernel gives it for the task that reads.
std::uint64_t run_delay_ns() {
    char text[128] = {};
    read_file("/proc/self/schedstat", text, sizeof text);
    return second_number(text);
}

void fill_facts() {
    wire::RecordingHeader& h = header();
    h.rank = process.rank;
    h.rank_count = process.rank_count;
    h.rank_confirmed = process.rank_confirmed;
    h.python_version = process.python_version;
    h.free_threaded = process.free_threaded ? 1 : 0;
    h.python_disabled = process_texts.python_message[0] != '\0' ? 1 : 0;
    copy_text(h.python_message, process_texts.python_message);
    copy_text(h.engine_reason, process_texts.engine_reason);
}

void fill_header() {
    wire::RecordingHeader& h = header();
    h.version = wire::recording_version;
    h.header_bytes = wire::recording_header_bytes;
    h.clock = process.clock;
    h.call_clock = process.call_clock;
    h.ticks_per_second = process.ticks_per_second;
    h.period_ns = process.period_ns;
    h.engine = process.engine;
    h.pid = process.pid;
    h.parent_pid = static_cast<std::int32_t>(sys::call(SYS_getppid));
    fill_facts();
    h.state = wire::ProcessState::running;
    h.started_realtime_ns = process.started_realtime_ns;
    h.started_ns = process.started_ns;
    h.watched_from_ns = process.watched_from_ns;
    h.committed_bytes = wire::recording_header_bytes;
    h.slice_shift = 20;  // 1 ms
    process.moments.start();
    h.extra_metrics = process.budget.extra_metrics;
    for (std::uint32_t i = 0; i < h.extra_metrics; ++i) h.metrics[i] = process.metrics[i];
    copy_text(h.counter_message, process_texts.counter_message);
    copy_text(h.job, process_texts.job);
    copy_text(h.host, process_texts.host);
    copy_text(h.script, process_texts.script);
    copy_text(h.executable, process_texts.executable);
    sys::call(SYS_getcwd, sys::word(h.working_directory), sizeof h.working_directory);
    read_file("/proc/self/cmdline", h.command, sizeof h.command);
    for (std::uint32_t i = 0; i < wire::loss_slots; ++i) h.losses[i] = process.early_losses[i].exchange(0);
    std::atomic_ref{h.magic}.store(wire::recording_magic, std::memory_order_release);
}

// Adds neighbouring slices until `elapsed` fits; one thread at a time.
[[gnu::cold]] bool widen_slices(std::uint64_t elapsed) {
    bool expected = false;
    if (!process.slices_folding.compare_exchange_strong(expected, true)) return false;
    wire::RecordingHeader& h = header();
    constexpr auto columns = static_cast<std::uint32_t>(wire::SliceCategory::count);
    while (elapsed >> h.slice_shift >= wire::slice_count) {
        for (std::uint32_t i = 0; i < wire::slice_count; ++i)
            for (std::uint32_t c = 0; c < columns; ++c) {
                const bool has_pair = 2 * i + 1 < wire::slice_count;
                h.slices[i][c] = has_pair ? h.slices[2 * i][c] + h.slices[2 * i + 1][c] : 0;
            }
        ++h.slice_shift;
    }
    process.slices_folding.store(false, std::memory_order_release);
    return true;
}

}  // namespace

ProcessState process;
ProcessTexts process_texts;

void count_loss(wire::Loss loss, std::uint64_t amount) {
    const auto slot = static_cast<std::uint32_t>(loss);
    if (process.recording.load(std::memory_order_acquire) == RecordingState::open)
        std::atomic_ref{header().losses[slot]}.fetch_add(amount, std::memory_order_relaxed);
    else
        process.early_losses[slot].fetch_add(amount, std::memory_order_relaxed);
}

std::uint64_t own_cpu_ns() {
    std::uint64_t sum = process.ended_own_cpu_ns.load();
    for (const auto& slot : process.own_threads)
        if (const std::uint32_t tid = slot.load()) sum += sys::now(sys::cpu_clock_of(static_cast<int>(tid)));
    return sum;
}

std::uint64_t program_cpu_ns() {
    const std::uint64_t own_ns = own_cpu_ns();
    return sys::now(CLOCK_PROCESS_CPUTIME_ID) - own_ns;
}

namespace {

[[gnu::cold]] bool open_recording() {
    RecordingState closed = RecordingState::closed;
    if (!process.recording.compare_exchange_strong(closed, RecordingState::opening)) return false;
    // A quarter of the cap is for the indexes of children (4 bytes a slot, at most half full).
    process.budget.index_cap = process.memory_cap / 4;
    const bool opened = process.arena.open(process_texts.recording_path, process_texts.fallback_path,
                                           process.memory_cap - process.memory_cap / 4);
    if (opened) fill_header();
    process.recording.store(opened ? RecordingState::open : RecordingState::failed, std::memory_order_release);
    if (opened) update_figures();
    return opened;
}

}  // namespace

[[gnu::hot]] bool ensure_recording() {
    return process.recording.load(std::memory_order_acquire) == RecordingState::open || open_recording();
}

void update_facts() {
    if (process.recording.load(std::memory_order_acquire) == RecordingState::open) fill_facts();
}

void update_figures() {
    wire::RecordingHeader& h = header();
    h.cpu_ns = program_cpu_ns() - process.cpu_base_ns;
    h.agent_cpu_ns = own_cpu_ns() - process.own_cpu_base_ns;
    h.unrecorded_thread_ns = process.unrecorded_thread_ns.load(std::memory_order_relaxed);
    h.last_ns = sys::monotonic_now();
    const std::uint64_t elapsed = h.last_ns - process.started_ns;
    if (elapsed > 1'000'000) {
        const auto counted = static_cast<double>(ticks() - process.started_ticks);
        h.ticks_per_ms = static_cast<std::uint64_t>(counted * 1e6 / static_cast<double>(elapsed));
    }
}

[[gnu::hot]] std::uint64_t time_of_sample() {
    const std::uint64_t ticks_per_ms = header().ticks_per_ms;
    if (ticks_per_ms == 0) return sys::monotonic_now();
    const std::uint64_t elapsed = ticks() - process.started_ticks;
    return process.started_ns + elapsed / ticks_per_ms * 1'000'000 + elapsed % ticks_per_ms * 1'000'000 / ticks_per_ms;
}

[[gnu::hot]] void update_figures_if_due(std::uint64_t now_ns) {
    std::uint64_t due = process.next_figures_ns.load(std::memory_order_relaxed);
    if (now_ns < due) return;
    const std::uint64_t interval_ns =
        std::clamp((now_ns - process.started_ns) / intervals_of_run, shortest_interval_ns, longest_interval_ns);
    if (process.next_figures_ns.compare_exchange_strong(due, now_ns + interval_ns)) update_figures();
}

void finish_recording(wire::ProcessState how) {
    wire::RecordingHeader& h = header();
    rusage usage{};
    sys::call(SYS_getrusage, RUSAGE_SELF, sys::word(&usage));
    h.max_rss_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
    h.run_delay_ns = run_delay_ns();
    update_figures();
    h.state = how;
}

[[gnu::hot]] void count_slice(std::uint64_t now_ns, wire::SliceCategory category, std::uint32_t expiries) {
    wire::RecordingHeader& h = header();
    const std::uint64_t elapsed = now_ns - process.started_ns;
    if (elapsed >> h.slice_shift >= wire::slice_count && !widen_slices(elapsed)) {
        count_loss(wire::Loss::slice_skipped);
        return;
    }
    const std::uint64_t slice = elapsed >> h.slice_shift;
    if (slice >= wire::slice_count) {  // another thread is widening them right now
        count_loss(wire::Loss::slice_skipped);
        return;
    }
    std::atomic_ref{h.slices[slice][static_cast<std::uint32_t>(category)]}.fetch_add(expiries,
                                                                                     std::memory_order_relaxed);
}

[[gnu::hot]] void count_handler(std::uint64_t duration) {
    wire::RecordingHeader& h = header();
    std::atomic_ref{h.handler_ticks}.fetch_add(duration, std::memory_order_relaxed);
    const auto octave = static_cast<std::uint32_t>(63 - __builtin_clzll(duration | 1));
    const std::uint32_t quarter = octave < 2 ? 0 : static_cast<std::uint32_t>(duration >> (octave - 2)) & 3;
    const std::uint32_t bucket = octave * 4 + quarter;
    std::atomic_ref{h.handler_histogram[bucket < wire::handler_buckets ? bucket : wire::handler_buckets - 1]}.fetch_add(
        1, std::memory_order_relaxed);
}

}  // namespace pyprof::capture
