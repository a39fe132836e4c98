#include "profile/views.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "profile/tree.h"

namespace pyprof::profile {
namespace {

bool has_value(const Cost& cost) { return cost.total.weight > 0 || cost.total.samples > 0; }

// Largest exclusive value first, then largest inclusive one, then in the order of the profile.
template <class Row>
void sort_by_cost(std::vector<Row>& rows) {
    std::ranges::stable_sort(rows, std::greater{}, [](const Row& row) {
        return std::pair{row.cost.self.weight, row.cost.total.weight};
    });
}

template <class Row>
void sort_by_self(std::vector<Row>& rows) {
    std::ranges::stable_sort(rows, std::greater{}, [](const Row& row) { return row.self.weight; });
}

// Numbers whatever is looked up, in the order of first use.
template <class Thing>
class Numbers {
public:
    std::uint32_t of(const Thing& thing) {
        const auto [known, is_new] = numbers_.try_emplace(thing, static_cast<std::uint32_t>(things_.size()));
        if (is_new) things_.push_back(thing);
        return known->second;
    }
    const std::vector<Thing>& things() const { return things_; }
    std::uint32_t size() const { return static_cast<std::uint32_t>(things_.size()); }

private:
    std::map<Thing, std::uint32_t> numbers_;
    std::vector<Thing> things_;
};

using Line = std::pair<std::uint32_t, std::uint32_t>;  // function, line

std::vector<std::uint32_t> function_keys(const Profile& profile) {
    std::vector<std::uint32_t> keys(profile.contexts.size(), none);
    for (std::uint32_t i = 1; i < keys.size(); i++) keys[i] = location_of(profile, i).function;
    return keys;
}

std::vector<std::uint32_t> line_keys(const Profile& profile, Numbers<Line>& lines) {
    std::vector<std::uint32_t> keys(profile.contexts.size(), none);
    for (std::uint32_t i = 1; i < keys.size(); i++) {
        const Location& location = location_of(profile, i);
        if (location.line > 0) keys[i] = lines.of({location.function, location.line});
    }
    return keys;
}

bool can_be_kernel(const Profile& profile, const Function& function) {
    const bool is_native = function.domain == Domain::native || function.domain == Domain::jit;
    const bool is_interpreter = function.module != none && profile.modules[function.module].interpreter;
    return is_native && !is_interpreter && !function.machinery && !is_garbage_collector(function);
}

// The exclusive weight of every function, by the Python line that called for it and by its own line.
struct KernelLines {
    std::unordered_map<std::uint32_t, std::map<Line, std::uint64_t>> callers;
    std::unordered_map<std::uint32_t, std::map<std::uint32_t, std::uint64_t>> own;
};

KernelLines kernel_lines(const Profile& profile, const std::vector<std::uint32_t>& keys) {
    const std::vector<std::uint32_t> python = innermost_python(profile);
    KernelLines lines;
    for (const Value& value : profile.values) {
        if (keys[value.context] == none) continue;
        const Location& own = location_of(profile, value.context);
        if (own.line > 0) lines.own[own.function][own.line] += value.weight;
        if (python[value.context] == 0) continue;
        const Location& caller = location_of(profile, python[value.context]);
        lines.callers[own.function][{caller.function, caller.line}] += value.weight;
    }
    return lines;
}

std::vector<Caller> callers_of(const std::map<Line, std::uint64_t>& weights) {
    std::vector<Caller> callers;
    for (const auto& [line, weight] : weights) callers.push_back({line.first, line.second, weight});
    std::ranges::stable_sort(callers, std::greater{}, &Caller::weight);
    return callers;
}

std::uint32_t heaviest(const std::map<std::uint32_t, std::uint64_t>& weights) {
    std::uint32_t line = 0;
    std::uint64_t most = 0;
    for (const auto& [candidate, weight] : weights) {
        if (line != 0 && weight <= most) continue;
        line = candidate;
        most = weight;
    }
    return line;
}

void add_process(const Profile& profile, std::uint32_t index, RankRow& row) {
    const Process& process = profile.processes[index];
    row.cpu_ns += process.cpu_ns;
    row.wall_ns = std::max(row.wall_ns, process.wall_ns);
    const bool earlier =
        row.process == none || process.started_realtime_ns < profile.processes[row.process].started_realtime_ns;
    if (earlier) row.process = index;
}

void add_thread(const Thread& thread, RankRow& row) {
    row.threads += std::max(1U, thread.folded);
    row.self.samples += thread.summed.samples;
    row.self.weight += thread.summed.weight;
    row.categories[static_cast<std::size_t>(Category::mpi)] += thread.summed.mpi;
    row.categories[static_cast<std::size_t>(Category::other)] += thread.summed.weight - thread.summed.mpi;
}

}  // namespace

std::vector<std::uint32_t> kernel_keys(const Profile& profile) {
    // What MPI uses, such as memcpy below MPI_Send, is none.
    const std::vector<Category> activity = activities(profile);
    std::vector<std::uint32_t> keys = function_keys(profile);
    for (std::uint32_t i = 1; i < keys.size(); i++) {
        if (activity[i] == Category::mpi || !can_be_kernel(profile, function_of(profile, i))) keys[i] = none;
    }
    return keys;
}

std::vector<FunctionRow> function_rows(const Profile& profile) {
    std::vector<FunctionRow> rows;
    const auto count = static_cast<std::uint32_t>(profile.functions.size());
    std::vector<Cost> costs = sum_by(profile, function_keys(profile), count);
    for (std::uint32_t i = 0; i < count; i++) {
        if (has_value(costs[i])) rows.push_back({i, std::move(costs[i])});
    }
    sort_by_cost(rows);
    return rows;
}

std::vector<LineRow> line_rows(const Profile& profile) {
    Numbers<Line> lines;
    const std::vector<std::uint32_t> keys = line_keys(profile, lines);
    std::vector<Cost> costs = sum_by(profile, keys, lines.size());
    const std::vector<std::uint32_t> python = innermost_python(profile);
    std::vector<std::uint64_t> below_python(costs.size());
    for (const Value& value : profile.values) {
        const std::uint32_t key = keys[python[value.context]];
        if (key != none) below_python[key] += value.weight;
    }
    std::vector<LineRow> rows;
    for (std::uint32_t i = 0; i < costs.size(); i++) {
        const auto [function, line] = lines.things()[i];
        const bool is_python = profile.functions[function].domain == Domain::python;
        const std::uint64_t own = is_python ? below_python[i] : costs[i].self.weight;
        if (has_value(costs[i])) rows.push_back({function, line, std::move(costs[i]), own});
    }
    sort_by_cost(rows);
    return rows;
}

std::vector<KernelRow> kernel_rows(const Profile& profile) {
    const std::vector<std::uint32_t> keys = kernel_keys(profile);
    KernelLines lines = kernel_lines(profile, keys);
    const auto count = static_cast<std::uint32_t>(profile.functions.size());
    std::vector<Cost> costs = sum_by(profile, keys, count);
    std::vector<KernelRow> rows;
    for (const auto& [function, callers] : lines.callers)
        rows.push_back({function, heaviest(lines.own[function]), std::move(costs[function]), callers_of(callers)});
    std::ranges::sort(rows, {}, &KernelRow::function);
    sort_by_cost(rows);
    return rows;
}

std::vector<RankRow> rank_rows(const Profile& profile) {
    const std::vector<std::int32_t> ranks = ranks_of(profile);
    std::vector<RankRow> rows(ranks.size());
    for (std::size_t i = 0; i < rows.size(); i++) rows[i].rank = ranks[i];
    const auto row_of_process = [&](std::uint32_t process) {  // none without a rank
        const std::int32_t rank = profile.processes[process].rank;
        return rank < 0 ? none : static_cast<std::uint32_t>(std::ranges::lower_bound(ranks, rank) - ranks.begin());
    };
    const auto row_of = [&](const Value& value) { return row_of_process(profile.threads[value.thread].process); };
    const std::vector<Amount> sums = amounts_by(profile, rows.size(), row_of);
    for (std::size_t i = 0; i < rows.size(); i++) rows[i].self = sums[i];
    const std::vector<Category> category = categories(profile);
    for (const Value& value : profile.values) {
        const std::uint32_t row = row_of(value);
        if (row != none) rows[row].categories[static_cast<std::size_t>(category[value.context])] += value.weight;
    }
    for (std::uint32_t i = 0; i < profile.processes.size(); i++)
        if (row_of_process(i) != none) add_process(profile, i, rows[row_of_process(i)]);
    for (const Thread& thread : profile.threads)
        if (row_of_process(thread.process) != none) add_thread(thread, rows[row_of_process(thread.process)]);
    return rows;
}

std::vector<ThreadRow> thread_rows(const Profile& profile) {
    std::vector<ThreadRow> rows(profile.threads.size());
    const std::vector<Amount> sums = amounts_by(profile, rows.size(), [](const Value& value) { return value.thread; });
    for (std::uint32_t i = 0; i < rows.size(); i++) rows[i] = {i, sums[i]};
    sort_by_self(rows);
    return rows;
}

std::vector<ProcessRow> process_rows(const Profile& profile) {
    std::vector<ProcessRow> rows(profile.processes.size());
    const std::vector<Amount> sums =
        amounts_by(profile, rows.size(), [&](const Value& value) { return profile.threads[value.thread].process; });
    for (std::uint32_t i = 0; i < rows.size(); i++) rows[i] = {i, sums[i]};
    std::erase_if(rows, [&](const ProcessRow& row) { return stands_for_ranks(profile.processes[row.process]); });
    std::ranges::stable_sort(rows, {}, [&](const ProcessRow& row) {
        const Process& process = profile.processes[row.process];
        const auto rank = static_cast<std::uint32_t>(process.rank);  // -1 is the largest
        return std::tuple{rank, process.started_realtime_ns, process.pid};
    });
    return rows;
}

std::vector<ModuleRow> module_rows(const Profile& profile) {
    std::vector<ModuleRow> rows(profile.modules.size());
    const auto module_of = [&](const Value& value) {
        return value.context == 0 ? none : function_of(profile, value.context).module;
    };
    const std::vector<Amount> sums = amounts_by(profile, rows.size(), module_of);
    for (std::uint32_t i = 0; i < rows.size(); i++) rows[i] = {i, sums[i], 0};
    for (const Value& value : profile.values) {
        const bool named = module_of(value) != none && function_of(profile, value.context).named;
        if (named) rows[module_of(value)].named += value.weight;
    }
    std::erase_if(rows, [](const ModuleRow& row) { return row.self.samples == 0 && row.self.weight == 0; });
    sort_by_self(rows);
    return rows;
}

Split category_sums(const Profile& profile) {
    const std::vector<Category> category = categories(profile);
    Split sums{};
    for (const Value& value : profile.values) sums[static_cast<std::size_t>(category[value.context])] += value.weight;
    return sums;
}

}  // namespace pyprof::profile
