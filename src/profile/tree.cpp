#include "profile/tree.h"

#include <algorithm>

namespace pyprof::profile {
namespace {

// Calls enter(context) and leave(context) around the children of every context but the root.
template <class Enter, class Leave>
void walk(const Profile& profile, Enter enter, Leave leave) {
    const std::size_t count = profile.contexts.size();
    std::vector<std::uint32_t> first_child(count, none), next_sibling(count, none);
    for (std::size_t i = count - 1; i > 0; i--) {
        const std::uint32_t parent = profile.contexts[i].parent;
        next_sibling[i] = first_child[parent];
        first_child[parent] = static_cast<std::uint32_t>(i);
    }
    std::uint32_t at = first_child[0];
    while (at != none) {
        enter(at);
        std::uint32_t next = first_child[at];
        while (next == none && at != 0) {
            leave(at);
            next = next_sibling[at];
            if (next == none) at = profile.contexts[at].parent;
        }
        at = next;
    }
}

// Of every context the nearest of those whose function is wanted, from itself to the root; 0 where there is none.
template <class IsWanted>
std::vector<std::uint32_t> innermost(const Profile& profile, IsWanted is_wanted) {
    std::vector<std::uint32_t> result(profile.contexts.size());
    for (std::uint32_t i = 1; i < result.size(); i++)
        result[i] = is_wanted(function_of(profile, i)) ? i : result[profile.contexts[i].parent];
    return result;
}

}  // namespace

const Location& location_of(const Profile& profile, std::uint32_t context) {
    return profile.locations[profile.contexts[context].location];
}

const Function& function_of(const Profile& profile, std::uint32_t context) {
    return profile.functions[location_of(profile, context).function];
}

std::uint32_t start_of(const Profile& profile, const Thread& thread) {
    for (std::uint32_t at = thread.spawned_by; at != 0; at = profile.contexts[at].parent)
        if (function_of(profile, at).domain == Domain::python) return profile.contexts[at].location;
    return profile.contexts[thread.spawned_by].location;
}

std::vector<std::uint64_t> inclusive(const Profile& profile, std::vector<std::uint64_t> exclusive) {
    for (std::size_t i = exclusive.size() - 1; i > 0; i--) exclusive[profile.contexts[i].parent] += exclusive[i];
    return exclusive;
}

std::vector<bool> outermost(const Profile& profile, std::span<const std::uint32_t> keys) {
    std::uint32_t key_count = 0;
    for (const std::uint32_t key : keys) {
        if (key != none) key_count = std::max(key_count, key + 1);
    }
    std::vector<std::uint32_t> on_stack(key_count);
    std::vector<bool> result(keys.size());
    const auto enter = [&](std::uint32_t context) {
        if (keys[context] != none) result[context] = on_stack[keys[context]]++ == 0;
    };
    const auto leave = [&](std::uint32_t context) {
        if (keys[context] != none) on_stack[keys[context]]--;
    };
    walk(profile, enter, leave);
    return result;
}

std::vector<std::uint32_t> innermost_python(const Profile& profile) {
    return innermost(profile, [](const Function& function) { return function.domain == Domain::python; });
}

std::vector<std::uint32_t> innermost_python_outside_imports(const Profile& profile) {
    return innermost(profile, [](const Function& function) {
        return function.domain == Domain::python && !is_import_machinery(function);
    });
}

bool is_import_machinery(const Function& function) { return function.file.starts_with("<frozen importlib._bootstrap"); }

std::vector<std::uint32_t> path_to(const Profile& profile, std::uint32_t context) {
    std::vector<std::uint32_t> path;
    for (; context != 0; context = profile.contexts[context].parent) path.push_back(context);
    std::ranges::reverse(path);
    return path;
}

}  // namespace pyprof::profile
