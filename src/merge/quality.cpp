#include "merge/quality.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/saturate.h"

namespace pyprof::merge {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(wire::Loss::count)> loss_names{
    "reentered",        "memory_full",    "file_full",       "code_table_full",   "module_table_full",
    "unwind_truncated", "unwind_guessed", "too_deep",        "python_unreadable", "stitch_inexact",
    "thread_unarmed",   "thread_late",    "slice_skipped",   "counters_lost",     "sample_spared",
    "stack_too_small",  "jit_code_full",  "calls_uncounted", "moment_skipped"};

struct Sums {
    std::vector<std::uint64_t> losses = std::vector<std::uint64_t>(wire::loss_slots);
    std::vector<std::uint64_t> histogram = std::vector<std::uint64_t>(wire::handler_buckets);
    std::uint64_t measured_ns = 0;  // CPU time
    std::uint64_t weight_ns = 0;
    std::uint64_t thread_ns = 0;  // wall clock
};

void add_each(std::vector<std::uint64_t>& sums, const std::vector<std::uint64_t>& terms) {
    for (std::size_t i = 0; i < std::min(sums.size(), terms.size()); i++) sums[i] = saturating_add(sums[i], terms[i]);
}

std::uint64_t loss(const Sums& sums, wire::Loss which) { return sums.losses[static_cast<std::size_t>(which)]; }

// Also where the clock is the wall's: signals come with CPU time. A process that used less than a period has a sample,
// and so a recording, with that part as its probability: it stands for those like it that have none.
std::uint64_t measured_ns(const gather::Process& process) {
    return process.expiries == 0 ? process.cpu_ns : std::max(process.cpu_ns, process.period_ns);
}

void add_process(const gather::Process& process, Sums& sums, profile::Quality& quality) {
    const std::uint64_t measured = measured_ns(process);
    add_each(sums.losses, process.losses);
    add_each(sums.histogram, process.handler_histogram);
    sums.measured_ns = saturating_add(sums.measured_ns, measured);
    sums.thread_ns = saturating_add(sums.thread_ns, process.thread_ns);
    quality.samples = saturating_add(quality.samples, process.expiries);
    quality.signals = saturating_add(quality.signals, process.samples);
    if (process.period_ns > 0) quality.expected = saturating_add(quality.expected, measured / process.period_ns);
    quality.merge_exact = saturating_add(quality.merge_exact, process.exact_stitches);
    quality.merge_none = saturating_add(quality.merge_none, process.native_only);
    quality.handler_ns = saturating_add(quality.handler_ns, process.handler_ns);
    quality.damaged_bytes = saturating_add(quality.damaged_bytes, process.damaged_bytes);
}

void name_losses(const Sums& sums, profile::Quality& quality) {
    for (std::size_t i = 0; i < loss_names.size(); i++) {
        if (sums.losses[i] > 0) quality.lost.push_back({std::string{loss_names[i]}, sums.losses[i]});
    }
    const std::uint64_t unsampled = difference_or_zero(quality.expected, quality.samples);
    if (unsampled > 0) quality.lost.push_back({"unsampled_cpu", unsampled});
}

double wall_covered(const gather::Tree& tree, const Sums& sums) {
    std::uint64_t weight_ns = 0;
    for (const gather::Value& value : tree.values) weight_ns = saturating_add(weight_ns, value.weight_ns);
    return static_cast<double>(weight_ns) / static_cast<double>(sums.thread_ns);
}

}  // namespace

std::string_view name_of(wire::Loss loss) { return loss_names[static_cast<std::size_t>(loss)]; }

profile::Quality quality_of(const gather::Tree& tree) {
    profile::Quality quality;
    Sums sums;
    for (const gather::Process& process : tree.processes) add_process(process, sums, quality);
    for (const gather::Value& value : gather::cpu_values(tree))
        sums.weight_ns = saturating_add(sums.weight_ns, value.weight_ns);
    if (sums.measured_ns > 0) {
        quality.rate_delivered_hz = static_cast<double>(quality.signals) * 1e9 / static_cast<double>(sums.measured_ns);
        quality.cpu_covered = static_cast<double>(sums.weight_ns) / static_cast<double>(sums.measured_ns);
    }
    if (sums.thread_ns > 0) quality.wall_covered = wall_covered(tree, sums);
    quality.unwind_truncated = loss(sums, wire::Loss::unwind_truncated);
    quality.unwind_fallback = loss(sums, wire::Loss::unwind_guessed);
    const std::uint64_t incomplete = saturating_add(quality.unwind_truncated, quality.unwind_fallback);
    quality.unwind_complete = difference_or_zero(quality.signals, incomplete);
    quality.merge_inexact = loss(sums, wire::Loss::stitch_inexact);
    quality.handler_median_ns = percentile(sums.histogram, 0.5);
    quality.handler_p99_ns = percentile(sums.histogram, 0.99);
    quality.handler_max_ns = percentile(sums.histogram, 1.0);
    name_losses(sums, quality);
    return quality;
}

void count_names(const gather::Tree& tree, Names& names, profile::Quality& quality) {
    for (const gather::Value& value : tree.values) {
        const gather::Key& key = tree.contexts[value.context].key;
        if (key.kind != gather::KeyKind::native) continue;
        quality.native = saturating_add(quality.native, value.samples);
        const bool unresolved = names.frames(key).back().unresolved;
        if (unresolved) quality.unresolved_native = saturating_add(quality.unresolved_native, value.samples);
    }
}

std::uint64_t percentile(std::span<const std::uint64_t> histogram, double share) {
    const double total = std::accumulate(histogram.begin(), histogram.end(), 0.0);
    const double wanted = total * share;
    double below = 0;
    for (std::size_t bucket = 0; bucket < histogram.size(); bucket++) {
        const auto here = static_cast<double>(histogram[bucket]);
        if (here > 0 && below + here >= wanted) {
            const double position = static_cast<double>(bucket) + (wanted - below) / here;
            return static_cast<std::uint64_t>(std::exp2(position / 4));
        }
        below += here;
    }
    return 0;
}

}  // namespace pyprof::merge
