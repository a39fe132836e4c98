#include "profile/balance.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "base/saturate.h"
#include "profile/categories.h"
#include "profile/mpi_calls.h"
#include "profile/sums.h"

namespace pyprof::profile {
namespace {

using Place = std::tuple<std::string, std::int32_t, std::int32_t>;  // host, rank, process number

// By process: whether it is a rank, and not one of those that a rank started.
std::vector<bool> rank_processes(const Profile& profile) {
    std::set<Place> places;
    for (const Process& process : profile.processes) places.emplace(process.host, process.rank, process.pid);
    std::vector<bool> is_rank;
    for (const Process& process : profile.processes)
        is_rank.push_back(process.rank >= 0 && !places.contains({process.host, process.rank, process.parent_pid}));
    return is_rank;
}

std::vector<RankUse> listed(const std::map<std::int32_t, RankUse>& uses) {
    std::vector<RankUse> list;
    for (const auto& [rank, use] : uses) list.push_back(use);
    return list;
}

struct CallTime {
    std::uint64_t all = 0, transfer = 0;  // ns
};

// By process: time of its first thread in counted calls; nothing where it made none.
std::vector<std::optional<CallTime>> counted_times(const Profile& profile) {
    const std::vector<std::uint64_t> transfers = transfer_times(profile);
    std::vector<std::optional<CallTime>> times(profile.processes.size());
    for (std::size_t i = 0; i < transfers.size(); i++) {
        const Call& call = profile.calls[i];
        const Thread& thread = profile.threads[call.thread];
        if (thread.tid != profile.processes[thread.process].pid) continue;
        CallTime& time = times[thread.process] ? *times[thread.process] : times[thread.process].emplace();
        time.all = saturating_add(time.all, saturating_add(call.time_ns, call.synchronising_ns));
        time.transfer = saturating_add(time.transfer, transfers[i]);
    }
    return times;
}

// Of the processes that call MPI; programs that a rank ran one after the other are added up.
std::vector<RankUse> counted_uses(const Profile& profile) {
    const std::vector<std::optional<CallTime>> times = counted_times(profile);
    std::map<std::int32_t, RankUse> uses;
    for (std::size_t i = 0; i < times.size(); i++) {
        const Process& process = profile.processes[i];
        if (!times[i] || process.rank < 0) continue;
        RankUse& use = uses.try_emplace(process.rank, RankUse{process.rank}).first->second;
        const std::uint64_t in_mpi = std::min(times[i]->all, process.wall_ns);
        use.in_mpi = saturating_add(use.in_mpi, in_mpi);
        use.transfer = saturating_add(use.transfer, std::min(times[i]->transfer, in_mpi));
        use.useful = saturating_add(use.useful, process.wall_ns - in_mpi);
    }
    return listed(uses);
}

std::vector<RankUse> sampled_uses(const Profile& profile) {
    const std::vector<Category> activity = activities(profile);
    const std::vector<bool> is_rank = rank_processes(profile);
    std::map<std::int32_t, RankUse> uses;
    const auto use_of = [&](std::uint32_t index) -> RankUse* {  // nullptr for threads that do not count
        const Thread& thread = profile.threads[index];
        const Process& process = profile.processes[thread.process];
        if (!is_rank[thread.process] || thread.tid != process.pid) return nullptr;
        return &uses.try_emplace(process.rank, RankUse{process.rank}).first->second;
    };
    for (const Value& value : profile.values)
        if (RankUse* use = use_of(value.thread))
            (activity[value.context] == Category::mpi ? use->in_mpi : use->useful) += value.weight;
    for (std::uint32_t i = 0; i < profile.threads.size(); i++) {
        const SummedValues& summed = profile.threads[i].summed;
        RankUse* use = summed.weight == 0 ? nullptr : use_of(i);
        if (use == nullptr) continue;
        use->in_mpi += summed.mpi;
        use->useful += summed.weight - summed.mpi;
    }
    return listed(uses);
}

}  // namespace

std::optional<Balance> balance_of(const Profile& profile) {
    Balance balance;
    balance.ranks = counted_uses(profile);
    balance.is_counted = balance.ranks.size() == ranks_of(profile).size();
    if (!balance.is_counted && profile.metric.unit != "nanoseconds") return std::nullopt;
    if (!balance.is_counted) balance.ranks = sampled_uses(profile);
    if (balance.ranks.size() < 2) return std::nullopt;
    std::uint64_t sum = 0, most = 0, ideal = 0;
    for (const RankUse& use : balance.ranks) {
        balance.elapsed = std::max(balance.elapsed, use.useful + use.in_mpi);
        ideal = std::max(ideal, use.useful + use.in_mpi - use.transfer);
        sum += use.useful;
        most = std::max(most, use.useful);
    }
    if (most == 0) return std::nullopt;
    const std::uint64_t count = balance.ranks.size();
    const auto share = [](std::uint64_t part, std::uint64_t whole) {
        return static_cast<double>(part) / static_cast<double>(whole);
    };
    balance.load = share(sum, count * most);
    balance.communication = share(most, balance.elapsed);
    balance.parallel = balance.load * balance.communication;
    if (balance.is_counted) {
        balance.serialisation = share(most, ideal);
        balance.transfer = share(ideal, balance.elapsed);
    }
    balance.lost_to_imbalance = count * most - sum;
    balance.lost_to_communication = count * (balance.elapsed - most);
    return balance;
}

}  // namespace pyprof::profile
