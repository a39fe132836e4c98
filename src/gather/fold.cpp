#include "gather/fold.h"

#include <algorithm>
#include <bit>
#include <string>

#include "base/even_choice.h"
#include "base/saturate.h"
#include "gather/canonical_order.h"
#include "gather/reduce.h"

namespace pyprof::gather {
namespace {

constexpr std::size_t values_of_a_job = 1U << 23;
constexpr std::size_t calls_of_a_job = 1U << 20;
constexpr std::size_t slices_of_a_job = 1U << 19;
constexpr std::size_t moments_of_a_job = 1U << 16;
constexpr std::size_t slice_columns = static_cast<std::size_t>(wire::SliceCategory::count);

std::size_t share_of_rank(std::size_t all, std::int32_t rank_count, std::size_t least) {
    return std::max(least, all / static_cast<std::size_t>(std::max(1, rank_count)));
}

// Of two neighbours one, until there are no more than `most`.
void coarsen(Slices& slices, std::size_t most) {
    while (slices.counts.size() / slice_columns > most) {
        std::vector<std::uint32_t> pairs((slices.counts.size() / slice_columns + 1) / 2 * slice_columns);
        for (std::size_t i = 0; i < slices.counts.size(); ++i) {
            std::uint32_t& sum = pairs[i / slice_columns / 2 * slice_columns + i % slice_columns];
            sum = saturating_add(sum, slices.counts[i]);
        }
        slices.counts = std::move(pairs);
        slices.width_ns = saturating_multiply<std::uint64_t>(slices.width_ns, 2);
    }
}

// Of a tree of one process: so evenly that no more than `most` are left.
void thin_out(std::vector<Moment>& moments, std::size_t most) {
    std::uint32_t by = 0;
    while ((moments.size() - 1) >> by >= most) ++by;
    keep_evenly(moments, by);
    for (Moment& moment : moments) moment.shift += by;
}

// By context: whether a frame of an MPI library lies below the innermost Python frame.
std::vector<bool> contexts_in_mpi(const Tree& tree) {
    std::vector<bool> in_mpi(tree.contexts.size());
    for (std::size_t i = 1; i < in_mpi.size(); ++i) {
        const Key& key = tree.contexts[i].key;
        const bool is_mpi = key.kind == KeyKind::native && key.index != no_module &&
                            (tree.modules[key.index].flags & wire::module_flags::mpi) != 0;
        in_mpi[i] = is_mpi || (key.kind != KeyKind::python && in_mpi[tree.contexts[i].parent]);
    }
    return in_mpi;
}

bool is_larger(const Value& a, const Value& b) {
    if (a.weight_ns != b.weight_ns) return a.weight_ns > b.weight_ns;
    return a.context != b.context ? a.context < b.context : a.thread < b.thread;
}

// The thread that stands for all ranks, at the end of the list.
std::uint32_t add_thread_of_all(Tree& tree) {
    Process all;
    all.clock = tree.processes.front().clock;
    all.engine = tree.processes.front().engine;
    all.period_ns = tree.processes.front().period_ns;
    all.state = wire::ProcessState::exited;
    Thread thread;
    thread.process = static_cast<std::uint32_t>(tree.processes.size());
    thread.name = "[small values of all ranks]";
    thread.is_python =
        std::any_of(tree.threads.begin(), tree.threads.end(), [](const Thread& t) { return t.is_python; });
    tree.processes.push_back(std::move(all));
    tree.threads.push_back(std::move(thread));
    return static_cast<std::uint32_t>(tree.threads.size() - 1);
}

void add(SummedValues& sum, const Value& value, bool in_mpi) {
    sum.samples = saturating_add(sum.samples, value.samples);
    sum.weight_ns = saturating_add(sum.weight_ns, value.weight_ns);
    if (in_mpi) sum.mpi_ns = saturating_add(sum.mpi_ns, value.weight_ns);
}

// Rows of calls in which least time was spent.
void fold_calls(Tree& tree, std::size_t kept, std::uint32_t all) {
    const auto small = tree.calls.begin() + static_cast<std::ptrdiff_t>(kept);
    std::nth_element(tree.calls.begin(), small, tree.calls.end(), [](const Call& a, const Call& b) {
        return a.time_ns != b.time_ns ? a.time_ns > b.time_ns : canonical_order(a, b) < 0;
    });
    for (auto call = small; call != tree.calls.end(); ++call) call->thread = all;
    tree.notes.push_back("Of each rank the " + std::to_string(kept) +
                         " dearest kinds of MPI calls are kept; others stand as sums over the ranks");
}

void fold_values(Tree& tree, std::size_t kept, std::uint32_t all) {
    const std::vector<bool> in_mpi = contexts_in_mpi(tree);
    const auto small = tree.values.begin() + static_cast<std::ptrdiff_t>(kept);
    std::nth_element(tree.values.begin(), small, tree.values.end(), is_larger);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> places;  // context and thread of what was given up
    for (auto value = small; value != tree.values.end(); ++value) {
        add(tree.threads[value->thread].summed, *value, in_mpi[value->context]);
        places.emplace_back(value->context, value->thread);
        value->thread = all;
    }
    std::sort(places.begin(), places.end());
    for (Measure& measure : tree.measures)
        for (Value& value : measure.values)
            if (std::binary_search(places.begin(), places.end(), std::pair{value.context, value.thread}))
                value.thread = all;
    tree.notes.push_back("Of each rank the " + std::to_string(kept) +
                         " largest values are kept; smaller ones stand as sums over the ranks.");
}

}  // namespace

std::size_t values_to_keep(std::int32_t rank_count) { return share_of_rank(values_of_a_job, rank_count, 8); }

std::size_t calls_to_keep(std::int32_t rank_count) { return share_of_rank(calls_of_a_job, rank_count, 8); }

std::size_t slices_to_keep(std::int32_t rank_count) {
    return std::bit_floor(share_of_rank(slices_of_a_job, rank_count, 8));
}

std::size_t moments_to_keep(std::int32_t rank_count) { return share_of_rank(moments_of_a_job, rank_count, 8); }

void fold_for_ranks(Tree& tree) {
    if (tree.processes.size() != 1 || tree.processes.front().rank < 0) return;
    Process& process = tree.processes.front();
    coarsen(process.slices, slices_to_keep(process.rank_count));
    if (!tree.moments.empty()) thin_out(tree.moments, moments_to_keep(process.rank_count));
    const std::size_t values = values_to_keep(process.rank_count);
    const std::size_t calls = calls_to_keep(process.rank_count);
    if (tree.values.size() <= values && tree.calls.size() <= calls) return;
    const std::uint32_t all = add_thread_of_all(tree);
    if (tree.values.size() > values) fold_values(tree, values, all);
    if (tree.calls.size() > calls) fold_calls(tree, calls, all);
    canonicalise(tree);
}

}  // namespace pyprof::gather
