#include "compare/traced.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace pyprof::compare {
namespace {

using tracers::CallStatistics;
using tracers::CountedFunction;

constexpr int most_builtin_callers = 32;  // of built-in functions by built-in functions

// The Python function that `function` is, or that called it most, directly or through other built-in functions.
std::optional<std::uint32_t> python_owner(const CallStatistics& statistics, std::uint32_t function) {
    for (int i = 0; i < most_builtin_callers; i++) {
        const CountedFunction& at = statistics.functions[function];
        if (!at.is_builtin()) return function;
        if (at.callers.empty()) return std::nullopt;
        const auto calls = [](const tracers::CallerCounts& caller) { return caller.counts.calls; };
        function = std::ranges::max_element(at.callers, {}, calls)->caller;
    }
    return std::nullopt;
}

// "<built-in method __new__ of type object at 0x55d0>": the address is another one in each process.
std::string without_address(const std::string& name) {
    const std::size_t at = name.rfind(" at 0x");
    return at == std::string::npos ? name : name.substr(0, at) + (name.ends_with('>') ? ">" : "");
}

void add_counts(tracers::Counts& sum, const tracers::Counts& counts) {
    sum.calls += counts.calls;
    sum.primitive_calls += counts.primitive_calls;
    sum.self_s += counts.self_s;
    sum.total_s += counts.total_s;
}

TracedFunctions functions_of(const CallStatistics& statistics, const std::string& working_directory) {
    TracedFunctions sums;
    std::unordered_map<std::string, std::string> paths;
    const auto key_of = [&](const CountedFunction& function) {
        const auto [path, is_new] = paths.try_emplace(function.file);
        if (is_new) path->second = normal_path(function.file, working_directory);
        return FunctionKey{path->second, function.line, function.name};
    };
    for (const CountedFunction& function : statistics.functions) {
        sums.self_s += function.counts.self_s;
        sums.calls += function.counts.calls;
        if (!function.is_builtin()) {
            add_counts(sums.functions[key_of(function)].counts, function.counts);
            continue;
        }
        double owned = 0;
        for (const tracers::CallerCounts& caller : function.callers) {
            const auto owner = python_owner(statistics, caller.caller);
            if (!owner) continue;
            BuiltinCalls& builtin =
                sums.functions[key_of(statistics.functions[*owner])].builtins[without_address(function.name)];
            builtin.calls += caller.counts.calls;
            builtin.self_s += caller.counts.self_s;
            owned += caller.counts.self_s;
        }
        sums.unowned_s += std::max(0.0, function.counts.self_s - owned);
    }
    return sums;
}

void widen(RankSpread& spread, double self_s, std::int32_t rank) {
    if (spread.processes == 0 || self_s < spread.min_s) {
        spread.min_s = self_s;
        spread.argmin = rank;
    }
    if (spread.processes == 0 || self_s > spread.max_s) {
        spread.max_s = self_s;
        spread.argmax = rank;
    }
    spread.processes++;
}

}  // namespace

void add(TracedFunctions& sums, const CallStatistics& statistics, const std::string& working_directory,
         std::int32_t rank) {
    const TracedFunctions own = functions_of(statistics, working_directory);
    sums.self_s += own.self_s;
    sums.calls += own.calls;
    sums.unowned_s += own.unowned_s;
    for (const auto& [key, function] : own.functions) {
        TracedFunction& sum = sums.functions[key];
        add_counts(sum.counts, function.counts);
        double self_s = function.counts.self_s;
        for (const auto& [name, builtin] : function.builtins) {
            sum.builtins[name].calls += builtin.calls;
            sum.builtins[name].self_s += builtin.self_s;
            self_s += builtin.self_s;
        }
        widen(sum.ranks, self_s, rank);
    }
}

void add(TracedLines& sums, const tracers::LineStatistics& statistics, const std::string& working_directory) {
    for (const tracers::LineFunction& function : statistics.functions) {
        const std::string name = function.name.substr(function.name.rfind('.') + 1);  // co_name of a qualified one
        auto& lines = sums[{normal_path(function.file, working_directory), function.first_line, name}];
        for (const tracers::LineCounts& counts : function.lines) {
            tracers::LineCounts& sum = lines[counts.line];
            sum.line = counts.line;
            sum.hits += counts.hits;
            sum.time_s += counts.time_s;
        }
    }
}

}  // namespace pyprof::compare
