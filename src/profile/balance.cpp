#include "profile/balance.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "profile/categories.h"

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

std::vector<RankUse> uses_of(const Profile& profile) {
    const std::vector<Category> activity = activities(profile);
    const std::vector<bool> is_rank = rank_processes(profile);
    std::map<std::int32_t, RankUse> uses;
    const auto use_of = [&](std::uint32_t index) -> RankUse* {  // nullptr for threads that do not count
        const Thread& thread = profile.threads[index];
        const Process& process = profile.processes[thread.process];
        if (!is_rank[thread.process] || thread.tid != process.pid) return nullptr;
        return &uses.try_emplace(process.rank, RankUse{process.rank, 0, 0}).first->second;
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
    std::vector<RankUse> list;
    for (const auto& [rank, use] : uses) list.push_back(use);
    return list;
}

}  // namespace

std::optional<Balance> balance_of(const Profile& profile) {
    if (profile.metric.unit != "nanoseconds") return std::nullopt;
    Balance balance;
    balance.ranks = uses_of(profile);
    if (balance.ranks.size() < 2) return std::nullopt;
    std::uint64_t sum = 0, most = 0;
    for (const RankUse& use : balance.ranks) {
        balance.elapsed = std::max(balance.elapsed, use.useful + use.in_mpi);
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
    balance.lost_to_imbalance = count * most - sum;
    balance.lost_to_communication = count * (balance.elapsed - most);
    return balance;
}

}  // namespace pyprof::profile
