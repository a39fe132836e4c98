#include "profile/categories.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "profile/tree.h"

namespace pyprof::profile {
namespace {

constexpr std::string_view collector_functions[] = {
    garbage_collection_name,
    "gc_collect_main",         // 3.7 and later
    "gc_collect_generations",  // to 3.13
    "gc_collect_with_callback", "gc_collect_region", "gc_collect_young", "gc_collect_full", "_Py_RunGC",
};

// What is known about the frames between a context and its innermost Python frame.
struct Below {
    bool any = false;             // the context has a frame
    bool only_machinery = false;  // a Python frame, with nothing but machinery called from it
    bool mpi = false;
    bool collector = false;
    std::optional<Category> wait{};
};

std::optional<Category> wait_of(const Function& function) {
    constexpr std::array categories{Category::gil,  Category::idle, Category::io,
                                    Category::idle, Category::idle, Category::other};
    if (function.domain != Domain::os) return std::nullopt;
    const auto wait = std::ranges::find(wait_names, function.name);
    if (wait == wait_names.end()) return std::nullopt;
    return categories[static_cast<std::size_t>(wait - wait_names.begin())];
}

Below enter(const Below& caller, const Function& function) {
    if (function.domain == Domain::python) return {.any = true, .only_machinery = true};
    Below below = caller;
    below.any = true;
    below.only_machinery = caller.only_machinery && function.machinery;
    below.mpi = caller.mpi || function.domain == Domain::mpi;
    below.collector = caller.collector || is_garbage_collector(function);
    if (!below.wait) below.wait = wait_of(function);
    return below;
}

Category activity(const Below& below) {
    if (!below.any) return Category::other;
    if (below.mpi) return Category::mpi;
    if (below.wait) return *below.wait;
    if (below.collector) return Category::gc;
    return below.only_machinery ? Category::python : Category::native;
}

}  // namespace

bool is_garbage_collector(const Function& function) {
    return function.domain == Domain::native &&
           std::ranges::find(collector_functions, function.name) != std::ranges::end(collector_functions);
}

bool is_measured(Category category, const Run& run) {
    const bool is_wait = category == Category::io || category == Category::gil || category == Category::idle;
    return !is_wait || run.mode == "wall";
}

std::vector<Category> activities(const Profile& profile) {
    std::vector<Category> result{Category::other};
    std::vector<Below> below(profile.contexts.size());
    result.reserve(profile.contexts.size());
    for (std::uint32_t i = 1; i < profile.contexts.size(); i++) {
        below[i] = enter(below[profile.contexts[i].parent], function_of(profile, i));
        result.push_back(activity(below[i]));
    }
    return result;
}

std::vector<Category> categories(const Profile& profile) {
    std::vector<Category> result = activities(profile);
    std::vector<bool> imports(profile.contexts.size());
    for (std::uint32_t i = 1; i < profile.contexts.size(); i++) {
        const Function& function = function_of(profile, i);
        const bool is_import = imports[profile.contexts[i].parent] || is_import_machinery(function);
        imports[i] = is_import && function.name != worker_threads_name;  // what an import started is not the import
        const bool yields = result[i] == Category::python || result[i] == Category::native;
        if (imports[i] && yields) result[i] = Category::import;
    }
    return result;
}

}  // namespace pyprof::profile
