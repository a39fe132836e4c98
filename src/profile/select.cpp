#include "profile/select.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "profile/categories.h"
#include "profile/moments.h"
#include "profile/sums.h"
#include "profile/tree.h"

namespace pyprof::profile {
namespace {

// Folds contexts of the original into fewer ones.
class Folder {
public:
    explicit Folder(const Profile& original) : original_{original}, folded_(original.contexts.size()) {
        contexts_.push_back({0, none});
    }

    void hide(std::uint32_t context) { folded_[context] = folded_[original_.contexts[context].parent]; }
    // What is below begins a stack of its own.
    void cut(std::uint32_t context) { folded_[context] = 0; }
    void keep(std::uint32_t context) {
        const Context& old = original_.contexts[context];
        folded_[context] = child(folded_[old.parent], old.location);
    }
    std::uint32_t child(std::uint32_t parent, std::uint32_t location) {
        const std::uint64_t key = static_cast<std::uint64_t>(parent) << 32 | location;
        const auto [known, is_new] = known_.try_emplace(key, static_cast<std::uint32_t>(contexts_.size()));
        if (is_new) contexts_.push_back({parent, location});
        return known->second;
    }
    std::uint32_t folded(std::uint32_t context) const { return folded_[context]; }
    std::vector<Context> take() { return std::move(contexts_); }

private:
    const Profile& original_;
    std::vector<std::uint32_t> folded_;
    std::vector<Context> contexts_;
    std::unordered_map<std::uint64_t, std::uint32_t> known_;
};

// Where threads were started and calls were made.
void move_starts(Profile& profile, const Folder& folder) {
    for (Thread& thread : profile.threads) thread.spawned_by = folder.folded(thread.spawned_by);
    for (Call& call : profile.calls) call.context = folder.folded(call.context);
}

// The number of an element that a list may have already.
template <class Element>
std::uint32_t find_or_add(std::vector<Element>& list, const Element& element) {
    const auto found = std::ranges::find(list, element);
    const auto number = static_cast<std::uint32_t>(found - list.begin());
    if (found == list.end()) list.push_back(element);
    return number;
}

std::uint32_t find_or_add_location(Profile& profile, const char* name) {
    Function function;
    function.name = name;
    return find_or_add(profile.locations, {find_or_add(profile.functions, function), 0, false, false});
}

// `move` gives the new context of what has a context and a thread.
template <class Move>
void move_values(Profile& profile, Move move) {
    const auto move_list = [&](std::vector<Value>& values) {
        for (Value& value : values) value.context = move(value);
        values = sorted_sums(std::move(values));
    };
    move_list(profile.values);
    for (Measure& measure : profile.measures) move_list(measure.values);
    for (Moment& moment : profile.moments) moment.context = move(moment);
}

bool is_worker_threads(const Profile& profile, std::uint32_t context) {
    return function_of(profile, context).name == worker_threads_name;
}

// For each context whether it is worker threads' or stands below them.
std::vector<bool> contexts_of_workers(const Profile& profile) {
    std::vector<bool> result(profile.contexts.size());
    for (std::uint32_t i = 1; i < profile.contexts.size(); i++)
        result[i] = result[profile.contexts[i].parent] || is_worker_threads(profile, i);
    return result;
}

// Appends copies of stacks below another context.
class Grafter {
public:
    explicit Grafter(Profile& profile) : contexts_{profile.contexts} {}

    // The stack that ends in `context`, below `base`.
    std::uint32_t graft(std::uint32_t base, std::uint32_t context) {
        if (context == 0) return base;
        const Context original = contexts_[context];
        return child(graft(base, original.parent), original.location);
    }
    std::uint32_t child(std::uint32_t parent, std::uint32_t location) {
        const std::uint64_t key = static_cast<std::uint64_t>(parent) << 32 | location;
        const auto [known, is_new] = grafted_.try_emplace(key, static_cast<std::uint32_t>(contexts_.size()));
        if (is_new) contexts_.push_back({parent, location});
        return known->second;
    }

private:
    std::vector<Context>& contexts_;
    std::unordered_map<std::uint64_t, std::uint32_t> grafted_;
};

}  // namespace

Profile without_machinery(const Profile& profile) {
    Profile result = profile;
    Folder folder{profile};
    for (std::uint32_t i = 1; i < profile.contexts.size(); i++) {
        const Function& function = function_of(profile, i);
        if (function.machinery) {
            folder.hide(i);
        } else {
            folder.keep(i);
        }
    }
    const std::uint32_t interpreter = find_or_add_location(result, "(interpreter)");
    move_values(result, [&](const auto& value) {
        const std::uint32_t folded = folder.folded(value.context);
        const bool lost_all_frames = folded == 0 && value.context != 0;
        return lost_all_frames ? folder.child(0, interpreter) : folded;
    });
    move_starts(result, folder);
    result.contexts = folder.take();
    return result;
}

Profile with_workers_joined(const Profile& profile) {
    Profile result = profile;
    const std::vector<bool> is_joined = contexts_of_workers(profile);
    const std::uint32_t worker_threads = find_or_add_location(result, worker_threads_name);
    Grafter grafter{result};
    move_values(result, [&](const auto& value) {
        const Thread& thread = profile.threads[value.thread];
        if (thread.is_python || thread.spawned_by == 0 || is_joined[value.context]) return value.context;
        return grafter.graft(grafter.child(thread.spawned_by, worker_threads), value.context);
    });
    return result;
}

Profile with_workers_apart(const Profile& profile) {
    Profile result = profile;
    Folder folder{profile};
    for (std::uint32_t i = 1; i < profile.contexts.size(); i++) {
        if (is_worker_threads(profile, i)) {
            folder.cut(i);
        } else {
            folder.keep(i);
        }
    }
    move_values(result, [&](const auto& value) { return folder.folded(value.context); });
    move_starts(result, folder);
    result.contexts = folder.take();
    return result;
}

Profile only_rank(const Profile& profile, std::int32_t rank) { return only_ranks(profile, {rank}); }

Profile only_ranks(const Profile& profile, const std::vector<std::int32_t>& ranks) {
    Profile result = profile;
    std::vector<std::uint32_t> new_process(profile.processes.size(), none), new_thread(profile.threads.size(), none);
    result.processes.clear();
    result.threads.clear();
    for (std::size_t i = 0; i < profile.processes.size(); i++) {
        if (!std::ranges::binary_search(ranks, profile.processes[i].rank)) continue;
        new_process[i] = static_cast<std::uint32_t>(result.processes.size());
        result.processes.push_back(profile.processes[i]);
    }
    for (std::size_t i = 0; i < profile.threads.size(); i++) {
        if (new_process[profile.threads[i].process] == none) continue;
        new_thread[i] = static_cast<std::uint32_t>(result.threads.size());
        result.threads.push_back(profile.threads[i]);
        result.threads.back().process = new_process[profile.threads[i].process];
    }
    const auto keep_own = [&](auto& values) {
        std::erase_if(values, [&](const auto& value) { return new_thread[value.thread] == none; });
        for (auto& value : values) value.thread = new_thread[value.thread];
    };
    keep_own(result.values);
    keep_own(result.calls);
    keep_own(result.moments);
    for (Measure& measure : result.measures) keep_own(measure.values);
    return result;
}

Profile by_measure(const Profile& profile, std::size_t measure) {
    Profile result = profile;
    std::swap(result.values, result.measures[measure].values);
    std::swap(result.metric, result.measures[measure].metric);
    drop_moments(result);
    std::ranges::sort(result.measures, {}, [](const Measure& each) { return each.metric.name; });
    return result;
}

}  // namespace pyprof::profile
