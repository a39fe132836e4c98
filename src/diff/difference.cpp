#include "diff/difference.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "diff/match.h"
#include "profile/tree.h"

namespace pyprof::diff {
namespace {

using profile::Amount;
using profile::none;

std::string joined(const std::vector<std::string>& words, const char* separator) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : separator) + word;
    return text.empty() ? "unknown" : text;
}

void note_if_other(std::vector<std::string>& notes, const char* what, const std::string& before,
                   const std::string& after) {
    if (before != after) notes.push_back(std::string{what} + ": " + before + " before, " + after + " after.");
}

std::string ranks_of(const Summary& side) { return side.run.ranks == 0 ? "no MPI" : std::to_string(side.workers); }

// What small values of chosen ranks stand as sums over all ranks, and so in no function.
void note_sums(std::vector<std::string>& notes, const Input& input) {
    std::uint64_t weight = 0;
    for (const profile::Thread& thread : input.profile.threads) weight += thread.summed.weight;
    const double all = static_cast<double>(profile::sum_all(input.profile).weight);
    if (weight == 0 || std::ranges::any_of(input.profile.processes, profile::stands_for_ranks)) return;
    notes.push_back(
        input.name + ": " +
        std::to_string(std::lround(100 * static_cast<double>(weight) / (all + static_cast<double>(weight)))) +
        " % of the time of these ranks are small values that the profile has as sums over all ranks only; "
        "they are left out.");
}

std::vector<std::string> notes_of(const Input& before, const Input& after, const Difference& difference) {
    const profile::Run &a = before.profile.run, &b = after.profile.run;
    std::vector<std::string> notes;
    note_if_other(notes, "Command", joined(a.command, " "), joined(b.command, " "));
    note_if_other(notes, "Python", joined(a.pythons, ", "), joined(b.pythons, ", "));
    note_if_other(notes, "Hosts", joined(a.hosts, ", "), joined(b.hosts, ", "));
    note_if_other(notes, "Ranks", ranks_of(difference.before), ranks_of(difference.after));
    note_if_other(notes, "MPI", a.mpi.empty() ? "none" : a.mpi, b.mpi.empty() ? "none" : b.mpi);
    note_if_other(notes, "Engine", a.engine, b.engine);
    note_sums(notes, before);
    note_sums(notes, after);
    return notes;
}

Scale scale_of(const Side& side, bool is_by_rank, bool is_share) {
    const auto weight = static_cast<double>(side.all.weight);
    Scale scale{.factor = is_by_rank ? 1.0 / side.workers : 1, .unit = 0, .is_share = is_share};
    if (is_share) scale.factor = weight > 0 ? 1 / weight : 0;
    if (side.all.samples > 0) scale.unit = scale.factor * weight / static_cast<double>(side.all.samples);
    return scale;
}

Summary summary_of(const Input& input, const Side& side) {
    const auto& processes = input.profile.processes;
    return {input.name, input.profile.run, processes.empty() ? "" : processes.front().working_directory, side.workers,
            side.all.samples};
}

// Puts two sides together, pair by pair.
class Comparer {
public:
    Comparer(const Input& before, const Input& after, bool as_shares)
        : inputs_{before, after},
          before_{sums_of(before.profile)},
          after_{sums_of(after.profile)},
          pairs_{match(before_, after_)} {
        result_.metric = before.profile.metric;
        result_.is_share = as_shares;
        result_.is_by_rank = !as_shares && before_.workers != after_.workers;
        result_.before = summary_of(before, before_);
        result_.after = summary_of(after, after_);
        result_.scale_before = scale_of(before_, result_.is_by_rank, as_shares);
        result_.scale_after = scale_of(after_, result_.is_by_rank, as_shares);
    }

    Difference compare() {
        result_.total = change(before_.all, after_.all);
        for (const Pair& pair : pairs_) {
            result_.functions.push_back(function(pair));
            add_lines(pair);
        }
        const auto by = [](auto change) {
            return [change](const auto& row) { return std::abs((row.*change).delta()); };
        };
        std::ranges::stable_sort(result_.functions, std::greater{}, by(&FunctionRow::own));
        std::ranges::stable_sort(result_.lines, std::greater{}, by(&LineRow::own));
        result_.notes = notes_of(inputs_.first, inputs_.second, result_);
        return std::move(result_);
    }

private:
    Change change(const Amount& before, const Amount& after) const {
        return change_of(before, result_.scale_before, after, result_.scale_after);
    }
    const FunctionSum& sum_before(const Pair& pair) const {
        return pair.before == none ? nothing_ : before_.functions[pair.before];
    }
    const FunctionSum& sum_after(const Pair& pair) const {
        return pair.after == none ? nothing_ : after_.functions[pair.after];
    }
    const FunctionSum& named(const Pair& pair) const { return pair.after == none ? sum_before(pair) : sum_after(pair); }

    FunctionRow function(const Pair& pair) const {
        const FunctionSum &a = sum_before(pair), &b = sum_after(pair), &shown = named(pair);
        FunctionRow row{.key = shown.key,
                        .module = shown.module,
                        .line = *shown.first_lines.begin(),
                        .self = change(a.self, b.self),
                        .total = change(a.total, b.total),
                        .own = change(a.own, b.own),
                        .scaling_loss = std::nullopt};
        if (result_.is_by_rank) {
            const double more = static_cast<double>(b.own.weight) - static_cast<double>(a.own.weight);
            row.scaling_loss = after_.workers > before_.workers ? more : -more;
        }
        return row;
    }

    void add_lines(const Pair& pair) {
        const FunctionSum &a = sum_before(pair), &b = sum_after(pair);
        const std::int64_t moved = pair.before == none || pair.after == none ? 0 : lines_moved(a, b);
        std::map<std::int64_t, std::pair<const LineSum*, const LineSum*>> lines;  // by line of the later run
        for (const auto& [line, sum] : a.lines) lines[line + moved].first = &sum;
        for (const auto& [line, sum] : b.lines) lines[line].second = &sum;
        static const LineSum none_there{};
        for (const auto& [line, sums] : lines) {
            const LineSum& first = sums.first == nullptr ? none_there : *sums.first;
            const LineSum& second = sums.second == nullptr ? none_there : *sums.second;
            if (first.total.samples + second.total.samples + first.total.weight + second.total.weight == 0) continue;
            const auto before = static_cast<std::uint32_t>(sums.first == nullptr ? 0 : line - moved);
            result_.lines.push_back({.key = named(pair).key,
                                     .line = sums.second == nullptr ? before : static_cast<std::uint32_t>(line),
                                     .line_before = before,
                                     .own = change(first.own, second.own),
                                     .total = change(first.total, second.total)});
        }
    }

    std::pair<const Input&, const Input&> inputs_;
    Side before_, after_;
    std::vector<Pair> pairs_;
    FunctionSum nothing_{};
    Difference result_;
};

}  // namespace

bool Difference::is_notable(const Change& change) const {
    const double larger = std::max(total.before, total.after);
    return change.is_significant() && std::abs(change.delta()) > smallest_share * larger;
}

Result<Difference> difference_of(const Input& before, const Input& after, bool as_shares) {
    const profile::Run &a = before.profile.run, &b = after.profile.run;
    if (a.mode != b.mode)
        return Error{before.name + " is in mode " + a.mode + ", " + after.name + " in mode " + b.mode +
                     "; record both with the same --mode"};
    if (before.profile.metric != after.profile.metric)
        return Error{before.name + " is about " + before.profile.metric.name + ", " + after.name + " about " +
                     after.profile.metric.name + "; choose a metric that both have with --metric"};
    return Comparer{before, after, as_shares}.compare();
}

}  // namespace pyprof::diff
