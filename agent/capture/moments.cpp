#include "agent/capture/moments.h"

#include "agent/capture/call_tree.h"
#include "agent/capture/process_state.h"
#include "agent/capture/syscalls.h"
#include "base/even_choice.h"

namespace pyprof::capture {
namespace {

namespace moment_entry = wire::moment_entry;

constexpr std::uint64_t longest_wait_ns = 10'000'000;
constexpr std::uint32_t last_time = 0xffffffff;

std::uint64_t load(std::uint64_t& entry) { return std::atomic_ref{entry}.load(std::memory_order_relaxed); }

void store(std::uint64_t& entry, std::uint64_t value) {
    std::atomic_ref{entry}.store(value, std::memory_order_relaxed);
}

std::uint32_t shift_of(const MomentTable& table) {
    return std::atomic_ref{*table.shift}.load(std::memory_order_acquire);
}

[[gnu::cold]] void thin_out(const MomentTable& table, std::uint32_t by) {
    for (std::uint64_t group = 0; group < table.capacity; ++group) {
        const std::uint64_t chosen = (group << by) + even_choice(group, by);
        store(table.entries[group], chosen < table.capacity ? load(table.entries[chosen]) : 0);
    }
    std::atomic_ref{*table.shift}.store(*table.shift + by, std::memory_order_release);
}

}  // namespace

// Room for the expiries before `end`.
[[gnu::hot]] bool Moments::make_room(const MomentTable& table, std::uint64_t end) {
    if ((end - 1) >> shift_of(table) < table.capacity) return true;
    if (held_.exchange(true, std::memory_order_acquire)) return false;
    std::uint32_t by = 0;
    while ((end - 1) >> (shift_of(table) + by) >= table.capacity) ++by;
    if (by != 0) thin_out(table, by);
    held_.store(false, std::memory_order_release);
    return true;
}

[[gnu::hot]] std::uint64_t Moments::add(const MomentTable& table, std::uint64_t entry, std::uint64_t expiries) {
    if (expiries == 0) return 0;
    const std::uint64_t first = counted_.fetch_add(expiries, std::memory_order_relaxed);
    const std::uint64_t end = first + expiries;
    if (!make_room(table, end)) return expiries;
    const std::uint32_t shift = shift_of(table);
    for (std::uint64_t group = first >> shift; group <= (end - 1) >> shift; ++group) {
        const std::uint64_t chosen = (group << shift) + even_choice(group, shift);
        if (chosen >= first && chosen < end) store(table.entries[group], entry);
    }
    return 0;
}

HeldMoments::HeldMoments(Moments& moments) : moments_{moments} {
    const std::uint64_t deadline = sys::monotonic_now() + longest_wait_ns;
    for (;;) {
        held_ = !moments_.held_.exchange(true, std::memory_order_acquire);
        if (held_ || sys::monotonic_now() > deadline) return;
        sys::call(SYS_sched_yield);
    }
}

HeldMoments::~HeldMoments() {
    if (held_) moments_.held_.store(false, std::memory_order_release);
}

std::uint64_t HeldMoments::follow(const MomentTable& table, const Arena& arena, std::uint32_t since,
                                  std::uint32_t tree) {
    std::uint64_t lost = 0;
    for (std::uint32_t i = 0; i < table.capacity; ++i) {
        std::uint64_t entry = load(table.entries[i]);
        const std::uint32_t node = moment_entry::node_of(entry), time = moment_entry::time_of(entry);
        if (node == 0 || time < since) continue;
        const std::uint32_t moved = CallTree::moved_to(arena, node, tree);
        if (moved == node) continue;
        const std::uint64_t changed = moved == 0 ? 0 : moment_entry::make(time, moved);
        if (std::atomic_ref{table.entries[i]}.compare_exchange_strong(entry, changed) && moved == 0) ++lost;
    }
    return lost;
}

MomentTable moment_table() {
    wire::RecordingHeader* header = process.arena.header();
    auto* entries = reinterpret_cast<std::uint64_t*>(process.arena.base() + wire::moment_table_offset);
    return {entries, wire::moment_capacity, &header->moment_shift};
}

std::uint32_t moment_time(std::uint64_t now_ns) {
    const std::uint64_t elapsed = now_ns > process.started_ns ? now_ns - process.started_ns : 0;
    const std::uint64_t time = elapsed >> moment_entry::unit_shift;
    return time < last_time ? static_cast<std::uint32_t>(time) : last_time;
}

[[gnu::hot]] void count_moment(std::uint64_t now_ns, std::uint32_t node, std::uint64_t expiries) {
    const std::uint32_t time = moment_time(now_ns);
    const bool known = node != 0 && time != last_time;
    const std::uint64_t left_out =
        known ? process.moments.add(moment_table(), moment_entry::make(time, node), expiries) : expiries;
    if (left_out != 0) count_loss(wire::Loss::moment_skipped, left_out);
}

}  // namespace pyprof::capture
