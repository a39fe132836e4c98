#include "compare/comparison.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

namespace pyprof::compare {
namespace {

constexpr double ns_per_s = 1e9;
constexpr double clear_inflation = 1.2;
constexpr double clear_tax = 0.1;      // of the sampled time
constexpr double clear_periods = 5;    // a Poisson variable of this mean is 0 once in 150 times
constexpr double worth_a_flag = 0.01;  // of all samples
constexpr std::size_t most_named_times = 5;
constexpr std::size_t correlated_rows = 20;

template <class Map, class TimeOf>
std::vector<NamedTime> largest(const Map& map, TimeOf time_of) {
    std::vector<NamedTime> times;
    for (const auto& [name, value] : map) times.push_back(time_of(name, value));
    std::ranges::stable_sort(times, std::greater{}, &NamedTime::time_s);
    times.resize(std::min(times.size(), most_named_times));
    return times;
}

// Makes the rows of a comparison.
class Rows {
public:
    Rows(const SampledFunctions& sampled, std::size_t runs, std::uint64_t period_ns)
        : sampled_{sampled},
          runs_{static_cast<double>(std::max<std::size_t>(runs, 1))},
          period_s_{static_cast<double>(period_ns) / ns_per_s} {}

    Row row(const FunctionKey& key, const TracedFunction* traced, const SampledFunction* sampled) const {
        Row row;
        row.key = key;
        row.name = key.name;
        if (traced != nullptr) add_counts(row, *traced);
        if (sampled != nullptr) add_samples(row, *sampled);
        add_inflation(row);
        add_flags(row);
        return row;
    }
    double seconds(std::uint64_t ns) const { return static_cast<double>(ns) / ns_per_s / runs_; }
    double mean(double sum) const { return sum / runs_; }
    std::uint64_t mean(std::uint64_t sum) const {
        return static_cast<std::uint64_t>(std::llround(static_cast<double>(sum) / runs_));
    }

private:
    void add_counts(Row& row, const TracedFunction& traced) const {
        const tracers::Counts& sum = traced.counts;
        row.counted = {mean(sum.calls), mean(sum.primitive_calls), mean(sum.self_s), mean(sum.total_s)};
        for (const auto& [name, builtin] : traced.builtins) {
            row.builtin_s += mean(builtin.self_s);
            row.builtin_calls += mean(builtin.calls);
        }
        row.traced_ranks = traced.ranks;
        row.builtins = largest(traced.builtins, [this](const std::string& name, const BuiltinCalls& builtin) {
            return NamedTime{name, mean(builtin.calls), mean(builtin.self_s)};
        });
    }

    void add_samples(Row& row, const SampledFunction& sampled) const {
        row.name = sampled.name;
        row.samples = sampled.self.samples;
        row.sampled_self_s = seconds(sampled.self.weight);
        const profile::Interval interval = profile::interval_of(sampled.self.weight, sampled_.all);
        row.sampled_self_ci = {mean(interval.low / ns_per_s), mean(interval.high / ns_per_s)};
        row.sampled_total_s = seconds(sampled.total);
        row.elsewhere_s = seconds(sampled.elsewhere.weight);
        row.extension_s = seconds(sampled.extension);
        row.tracing_s = seconds(sampled.tracing);
        for (std::size_t i = 0; i < row.split_s.size(); i++) row.split_s[i] = seconds(sampled.split[i]);
        row.native = largest(sampled.native, [this](const std::string& name, std::uint64_t weight) {
            return NamedTime{name, 0, seconds(weight)};
        });
    }

    static void add_inflation(Row& row) {
        if (!row.counted || row.samples < fewest_samples || is_elsewhere(row)) return;
        row.inflation = row.traced_self_s() / row.sampled_self_s;
        const auto calls = static_cast<double>(row.counted->calls + row.builtin_calls);
        if (calls > 0) row.tax_per_call_s = (row.traced_self_s() - row.sampled_self_s) / calls;
    }

    static bool is_elsewhere(const Row& row) { return row.elsewhere_s > row.sampled_self_s; }

    void add_flags(Row& row) const {
        const bool is_large = row.sampled_self_s >= worth_a_flag * seconds(sampled_.all.weight);
        const bool inflated = row.inflation && *row.inflation >= clear_inflation;
        const auto set = [&](Flag flag, bool holds) {
            if (holds) row.flags.push_back(flag);
        };
        set(Flag::overcharged, inflated && row.traced_self_s() > row.sampled_self_ci.high);
        set(Flag::hidden_native, is_large && row.counted && row.extension_s > row.sampled_self_s / 2);
        set(Flag::other_thread, is_elsewhere(row));
        set(Flag::unseen_by_cprofile, !row.counted && row.samples >= fewest_samples);
        const bool never = row.samples == 0 && !is_elsewhere(row);
        set(Flag::unseen_by_sampling, never && row.traced_self_s() * runs_ >= clear_periods * period_s_);
        set(Flag::below_resolution, row.counted && row.samples > 0 && row.samples < fewest_samples);
    }

    const SampledFunctions& sampled_;
    double runs_, period_s_;
};

template <class Map>
std::vector<FunctionKey> keys_of(const Map& functions) {
    std::vector<FunctionKey> keys;
    for (const auto& [key, function] : functions) keys.push_back(key);
    return keys;
}

// Places in the order of a figure, largest 1; equal ones have the mean of their places.
std::vector<double> places_of(const std::vector<double>& figures) {
    std::vector<double> places;
    for (const double figure : figures) {
        const auto larger = std::ranges::count_if(figures, [&](double other) { return other > figure; });
        const auto equal = std::ranges::count(figures, figure);
        places.push_back(static_cast<double>(larger) + static_cast<double>(equal + 1) / 2);
    }
    return places;
}

std::optional<double> correlation(const std::vector<double>& a, const std::vector<double>& b) {
    const auto n = static_cast<double>(a.size());
    const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / n,
                 mean_b = std::accumulate(b.begin(), b.end(), 0.0) / n;
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); i++) {
        ab += (a[i] - mean_a) * (b[i] - mean_b);
        aa += (a[i] - mean_a) * (a[i] - mean_a);
        bb += (b[i] - mean_b) * (b[i] - mean_b);
    }
    if (aa <= 0 || bb <= 0) return std::nullopt;
    return ab / std::sqrt(aa * bb);
}

std::optional<double> rank_correlation(const std::vector<Row>& rows) {
    std::vector<const Row*> largest;
    for (const Row& row : rows)
        if (row.inflation) largest.push_back(&row);
    std::ranges::stable_sort(largest, std::greater{}, &Row::sampled_self_s);
    largest.resize(std::min(largest.size(), correlated_rows));
    if (largest.size() < 3) return std::nullopt;
    std::vector<double> sampled, traced;
    for (const Row* row : largest) {
        sampled.push_back(row->sampled_self_s);
        traced.push_back(row->counted->self_s);
    }
    return correlation(places_of(sampled), places_of(traced));
}

// Nothing where the difference is within the intervals of the samples, or as small as those of two runs may be.
std::optional<double> tax_per_call(const std::vector<Row>& rows) {
    double tax = 0, sampled = 0, calls = 0, variance = 0;
    for (const Row& row : rows) {
        if (!row.inflation) continue;
        tax += row.traced_self_s() - row.sampled_self_s;
        sampled += row.sampled_self_s;
        calls += static_cast<double>(row.counted->calls + row.builtin_calls);
        variance += std::pow((row.sampled_self_ci.high - row.sampled_self_ci.low) / 2, 2);
    }
    if (calls <= 0 || tax <= std::sqrt(variance) || tax <= clear_tax * sampled) return std::nullopt;
    return tax / calls;
}

std::vector<Row> rows_of(const Rows& maker, const SampledFunctions& sampled, const TracedFunctions& traced,
                         const Matches& matches, const std::vector<FunctionKey>& sampled_keys) {
    std::vector<Row> rows;
    std::vector<bool> matched(sampled_keys.size());
    std::size_t at = 0;
    for (const auto& [key, function] : traced.functions) {
        const std::uint32_t partner = matches.sampled_of[at++];
        if (partner != unmatched) matched[partner] = true;
        rows.push_back(
            maker.row(key, &function, partner == unmatched ? nullptr : &sampled.functions.at(sampled_keys[partner])));
        if (partner != unmatched) rows.back().sampled_as = sampled_keys[partner];
    }
    for (std::size_t i = 0; i < sampled_keys.size(); i++) {
        if (matched[i]) continue;
        rows.push_back(maker.row(sampled_keys[i], nullptr, &sampled.functions.at(sampled_keys[i])));
        rows.back().sampled_as = sampled_keys[i];
    }
    std::ranges::stable_sort(rows, std::greater{},
                             [](const Row& row) { return std::max(row.traced_self_s(), row.sampled_self_s); });
    return rows;
}

LineRow line_row(const Rows& maker, const SampledFunctions& all, const FunctionKey& key,
                 const tracers::LineCounts* counted, const profile::Amount& sampled) {
    LineRow row;
    row.file = key.file;
    row.function = key.name;
    if (counted != nullptr) {
        row.line = counted->line;
        row.hits = maker.mean(counted->hits);
        row.traced_s = maker.mean(counted->time_s);
    }
    row.samples = sampled.samples;
    row.sampled_s = maker.seconds(sampled.weight);
    const profile::Interval interval = profile::interval_of(sampled.weight, all.all);
    row.sampled_ci = {maker.mean(interval.low / ns_per_s), maker.mean(interval.high / ns_per_s)};
    if (row.hits && row.samples >= fewest_samples) row.inflation = row.traced_s / row.sampled_s;
    return row;
}

// Lines of watched functions, sampled ones too that were not counted.
std::vector<LineRow> line_rows_of(const Rows& maker, const SampledFunctions& sampled, const TracedLines& traced,
                                  const Matches& matches, const std::vector<FunctionKey>& sampled_keys) {
    std::vector<LineRow> rows;
    std::size_t at = 0;
    for (const auto& [key, lines] : traced) {
        const std::uint32_t partner = matches.sampled_of[at++];
        const auto sampled_lines =
            partner == unmatched ? SampledFunction{}.lines : sampled.functions.at(sampled_keys[partner]).lines;
        const std::size_t first = rows.size();
        for (const auto& [line, counts] : lines) {
            const auto found = sampled_lines.find(line);
            rows.push_back(line_row(maker, sampled, key, &counts,
                                    found == sampled_lines.end() ? profile::Amount{} : found->second));
        }
        for (const auto& [line, amount] : sampled_lines) {
            if (lines.contains(line)) continue;
            rows.push_back(line_row(maker, sampled, key, nullptr, amount));
            rows.back().line = line;
        }
        if (partner == unmatched) continue;
        for (std::size_t i = first; i < rows.size(); i++) rows[i].sampled_as = sampled_keys[partner];
    }
    std::ranges::stable_sort(rows, {}, [](const LineRow& row) { return std::pair{row.file, row.line}; });
    return rows;
}

std::string counted(std::size_t number, const std::string& thing) {
    return std::to_string(number) + " " + thing + (number == 1 ? "" : "s");
}

std::vector<std::string> notes_of(const Comparison& comparison, const SampledFunctions& sampled) {
    std::vector<std::string> notes;
    if (comparison.mode == "cpu")
        notes.push_back("The samples are of CPU time, the times of " + comparison.tracer +
                        " of the wall clock: time of waiting is on one side only (record with --mode wall).");
    if (sampled.processes_left_out > 0)
        notes.push_back(counted(sampled.processes_left_out, "further process") +
                        " of the profile: " + comparison.tracer + " sees the one that it runs in.");
    if (sampled.not_by_rank > 0)
        notes.push_back(std::to_string(sampled.not_by_rank / 1'000'000) +
                        " ms of these ranks are kept as sums over all ranks, without functions, and are not compared.");
    if (comparison.matches.ambiguous > 0)
        notes.push_back(counted(comparison.matches.ambiguous, "function") + " of " + comparison.tracer +
                        " could be several sampled ones and stand apart.");
    return notes;
}

}  // namespace

const char* name_of(Flag flag) {
    constexpr std::array names = {"overcharged",        "hidden_native",      "other_thread",
                                  "unseen_by_cprofile", "unseen_by_sampling", "below_resolution"};
    return names[static_cast<std::size_t>(flag)];
}

Status Comparer::add(const profile::Profile& profile, const std::vector<Traced>& traced) {
    if (profile.metric.name != "cpu" && profile.metric.name != "wall")
        return Error{"the profile's first metric is no time but " + profile.metric.name};
    std::vector<std::uint32_t> processes;
    for (const Traced& each : traced) {
        const std::uint32_t process = traced_process(profile, each.rank);
        if (process == profile::none)
            return Error{each.rank < 0 ? "the profile has no process with Python"
                                       : "the profile has no rank " + std::to_string(each.rank) + " with Python"};
        processes.push_back(process);
        const std::string& folder = profile.processes[process].working_directory;
        if (const auto* calls = std::get_if<tracers::CallStatistics>(&each.statistics))
            compare::add(traced_, *calls, folder, each.rank);
        if (const auto* lines = std::get_if<tracers::LineStatistics>(&each.statistics))
            compare::add(lines_, *lines, folder);
    }
    compare::add(sampled_, profile, processes);
    runs_++;
    const bool has_ranks = std::ranges::any_of(traced, [](const Traced& each) { return each.rank >= 0; });
    ranks_ = has_ranks ? std::max(ranks_, traced.size()) : 0;
    period_ns_ = profile.run.period_ns;
    mode_ = profile.run.mode;
    return {};
}

Comparison Comparer::compare() const {
    const Rows maker{sampled_, runs_, period_ns_};
    const std::vector<FunctionKey> sampled_keys = keys_of(sampled_.functions);
    const std::vector<FunctionKey> traced_keys = lines_.empty() ? keys_of(traced_.functions) : keys_of(lines_);
    Comparison result;
    result.matches = match(traced_keys, sampled_keys);
    if (lines_.empty()) result.rows = rows_of(maker, sampled_, traced_, result.matches, sampled_keys);
    result.lines = line_rows_of(maker, sampled_, lines_, result.matches, sampled_keys);
    result.runs = runs_;
    result.ranks = ranks_;
    result.mode = mode_;
    if (!lines_.empty()) result.tracer = "line_profiler";
    result.traced_s = maker.mean(traced_.self_s);
    result.unowned_s = maker.mean(traced_.unowned_s);
    result.sampled_s = maker.seconds(sampled_.all.weight);
    result.tracing_s = maker.seconds(sampled_.tracing);
    result.calls = maker.mean(traced_.calls);
    result.samples = sampled_.all.samples;
    result.tax_per_call_s = tax_per_call(result.rows);
    result.rank_correlation = rank_correlation(result.rows);
    result.notes = notes_of(result, sampled_);
    return result;
}

}  // namespace pyprof::compare
