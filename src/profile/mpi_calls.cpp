#include "profile/mpi_calls.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/saturate.h"
#include "profile/tree.h"

namespace pyprof::profile {
namespace {

using Place = std::pair<std::string, std::uint32_t>;  // function, caller's location

// "MPI_Send" of MPI_Send and PMPI_Send, empty for functions that are no part of MPI's interface.
std::string mpi_call(const Function& function) {
    if (function.domain != Domain::mpi) return "";
    if (function.name.starts_with("PMPI_")) return function.name.substr(1);
    return function.name.starts_with("MPI_") ? function.name : "";
}

std::map<Place, MpiRow> sampled_rows(const Profile& profile) {
    const std::vector<std::uint32_t> python = innermost_python_outside_imports(profile);
    std::map<Place, std::uint32_t> numbers;
    std::vector<std::uint32_t> keys(profile.contexts.size(), none);
    std::vector<bool> in_call(profile.contexts.size());
    for (std::uint32_t i = 1; i < keys.size(); i++) {
        const std::uint32_t parent = profile.contexts[i].parent;
        const Function& function = function_of(profile, i);
        const std::string call = mpi_call(function);
        in_call[i] = function.domain != Domain::python && (in_call[parent] || !call.empty());
        if (!in_call[i] || in_call[parent]) continue;
        const Place place{call, profile.contexts[python[i] != 0 ? python[i] : parent].location};
        keys[i] = numbers.try_emplace(place, static_cast<std::uint32_t>(numbers.size())).first->second;
    }
    std::vector<Cost> costs = sum_by(profile, keys, static_cast<std::uint32_t>(numbers.size()));
    std::map<Place, MpiRow> rows;
    for (const auto& [place, number] : numbers)
        rows[place] = {place.first, place.second, std::move(costs[number]), std::nullopt};
    return rows;
}

bool can_wait(CallKind kind) { return kind != CallKind::start && kind != CallKind::local; }

bool is_one_of(const std::string& name, std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

WaitState state_of(const std::string& function, CallKind kind) {
    if (kind == CallKind::barrier) return WaitState::barrier;
    if (kind == CallKind::collective || kind == CallKind::neighborhood) return WaitState::collective;
    if (kind != CallKind::point) return WaitState::unknown;
    if (is_one_of(function, {"MPI_Recv", "MPI_Mrecv", "MPI_Probe", "MPI_Mprobe"})) return WaitState::late_sender;
    if (is_one_of(function, {"MPI_Send", "MPI_Ssend", "MPI_Rsend", "MPI_Bsend"})) return WaitState::late_receiver;
    return WaitState::late_partner;
}

// By row of profile.calls.
std::vector<Place> places_of_calls(const Profile& profile) {
    const std::vector<std::uint32_t> python = innermost_python_outside_imports(profile);
    std::vector<Place> places;
    for (const Call& call : profile.calls) {
        const std::uint32_t caller = python[call.context] != 0 ? python[call.context] : call.context;
        places.emplace_back(call.name, profile.contexts[caller].location);
    }
    return places;
}

// Calls whose quickest tells how long the others would take.
using Alike = std::tuple<std::string, std::uint32_t, std::uint8_t>;

Alike alike(const Call& call, const Place& place) {
    if (call.kind == CallKind::point) return {"", 0, call.size_class};
    if (call.kind == CallKind::wait) return {"completion", 0, 0};
    return {place.first, place.second, call.size_class};
}

// All counted calls of one function from one line.
class Group {
public:
    // `transfer_ns`: what remains of the call's time if nobody waits.
    void add(const Call& call, std::uint64_t transfer_ns, std::size_t rank, std::size_t rank_count) {
        calls_.push_back({&call, transfer_ns, rank});
        time_.resize(rank_count);
        wait_.resize(rank_count);
    }

    CountedCalls sum(const std::vector<std::int32_t>& ranks) {
        CountedCalls sum;
        sum.shortest_ns = calls_.front().call->shortest_ns;
        const bool is_measured =
            std::ranges::all_of(calls_, [](const Counted& each) { return each.call->synchronising_ns != 0; });
        for (const auto& [call, transfer_ns, rank] : calls_) {
            sum.kind = call->kind;
            sum.count = saturating_add(sum.count, call->count);
            sum.bytes = saturating_add(sum.bytes, call->bytes);
            sum.shortest_ns = std::min(sum.shortest_ns, call->shortest_ns);
            sum.longest_ns = std::max(sum.longest_ns, call->longest_ns);
            const std::uint64_t time = saturating_add(call->time_ns, call->synchronising_ns);
            const std::uint64_t wait =
                saturating_add(call->synchronising_ns, difference_or_zero(call->time_ns, transfer_ns));
            sum.time_ns = saturating_add(sum.time_ns, time);
            sum.wait_ns = saturating_add(sum.wait_ns, wait);
            if (rank == ranks.size()) continue;
            time_[rank] = saturating_add(time_[rank], time);
            wait_[rank] = saturating_add(wait_[rank], wait);
        }
        sum.waiting = is_measured ? Waiting::measured : can_wait(sum.kind) ? Waiting::at_most : Waiting::never;
        sum.time_ranks = spread(time_, ranks);
        if (sum.waiting == Waiting::never) {
            sum.wait_ns = 0;
        } else {
            sum.wait_ranks = spread(wait_, ranks);
            sum.wait_state = state_of(calls_.front().call->name, sum.kind);
        }
        const double half = sum.wait_ranks ? sum.wait_ranks->mean / 2 : 0;
        sum.time_by_rank = time_;
        if (sum.waiting != Waiting::never) sum.wait_by_rank = wait_;
        sum.waiting_ranks = static_cast<std::uint32_t>(std::ranges::count_if(
            wait_, [half](std::uint64_t wait) { return wait > 0 && static_cast<double>(wait) >= half; }));
        return sum;
    }

private:
    struct Counted {
        const Call* call;
        std::uint64_t transfer_ns;
        std::size_t rank;  // place among the ranks; their number for processes without rank
    };

    static std::optional<Spread> spread(const std::vector<std::uint64_t>& figures,
                                        const std::vector<std::int32_t>& ranks) {
        SpreadSum sum;
        for (std::size_t i = 0; i < ranks.size(); i++) sum.add(figures[i], ranks[i]);
        return ranks.empty() ? std::nullopt : std::optional{sum.spread()};
    }

    std::vector<Counted> calls_;
    std::vector<std::uint64_t> time_, wait_;  // by rank
};

std::map<Place, Group> counted_groups(const Profile& profile, const std::vector<std::int32_t>& ranks) {
    const std::vector<Place> places = places_of_calls(profile);
    const std::vector<std::uint64_t> transfers = transfer_times(profile);
    std::map<Place, Group> groups;
    for (std::size_t i = 0; i < places.size(); i++) {
        const Call& call = profile.calls[i];
        const std::int32_t rank = profile.processes[profile.threads[call.thread].process].rank;
        const auto place = std::ranges::find(ranks, rank) - ranks.begin();
        groups[places[i]].add(call, transfers[i], static_cast<std::size_t>(place), ranks.size());
    }
    return groups;
}

}  // namespace

const char* name_of(WaitState state) {
    constexpr const char* names[] = {nullptr, "late_sender", "late_receiver", "late_partner", "collective", "barrier"};
    return names[static_cast<std::size_t>(state)];
}

std::int32_t CountedCalls::latest_rank() const {
    const bool is_together =
        kind == CallKind::collective || kind == CallKind::barrier || kind == CallKind::neighborhood;
    const bool one_is_late = wait_ranks && static_cast<double>(wait_ranks->min) < wait_ranks->mean / 2;
    return is_together && one_is_late ? wait_ranks->argmin : -1;
}

std::uint64_t time_of_ranks(const Profile& profile) {
    std::map<std::int32_t, std::uint64_t> longest;  // of the processes of a rank
    for (const Process& process : profile.processes)
        if (process.rank >= 0) longest[process.rank] = std::max(longest[process.rank], process.wall_ns);
    std::uint64_t sum = 0;
    for (const auto& [rank, wall_ns] : longest) sum = saturating_add(sum, wall_ns);
    return sum;
}

std::vector<std::uint64_t> transfer_times(const Profile& profile) {
    const std::vector<Place> places = places_of_calls(profile);
    std::map<Alike, std::uint64_t> quickest;
    for (std::size_t i = 0; i < places.size(); i++) {
        const Call& call = profile.calls[i];
        const auto [known, is_new] = quickest.try_emplace(alike(call, places[i]), call.shortest_ns);
        if (!is_new) known->second = std::min(known->second, call.shortest_ns);
    }
    std::vector<std::uint64_t> times;
    for (std::size_t i = 0; i < places.size(); i++) {
        const Call& call = profile.calls[i];
        const std::uint64_t at_best = saturating_multiply(call.count, quickest.at(alike(call, places[i])));
        const bool is_transfer = !can_wait(call.kind) || call.synchronising_ns != 0;
        times.push_back(is_transfer ? call.time_ns : std::min(call.time_ns, at_best));
    }
    return times;
}

std::vector<MpiRow> mpi_rows(const Profile& profile) {
    const std::vector<std::int32_t> ranks = ranks_of(profile);
    std::map<Place, MpiRow> by_place = sampled_rows(profile);
    for (auto& [place, group] : counted_groups(profile, ranks)) {
        MpiRow& row = by_place[place];
        row.call = place.first;
        row.caller = place.second;
        row.counted = group.sum(ranks);
    }
    std::vector<MpiRow> rows;
    for (auto& [place, row] : by_place)
        if (row.counted || row.cost.total.weight > 0 || row.cost.total.samples > 0) rows.push_back(std::move(row));
    std::ranges::stable_sort(rows, std::greater{}, [](const MpiRow& row) { return row.time(); });
    return rows;
}

}  // namespace pyprof::profile
