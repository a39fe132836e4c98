#include "diff/combined.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "diff/match.h"
#include "diff/side.h"
#include "profile/sums.h"

namespace pyprof::diff {
namespace {

using profile::none;
using profile::Profile;

std::uint32_t next_index(const auto& list) { return static_cast<std::uint32_t>(list.size()); }

// Adds one run's contexts to another's.
class Combiner {
public:
    Combiner(const Profile& before, const Profile& after)
        : before_{before}, side_before_{sums_of(before)}, side_after_{sums_of(after)}, result_{after, {}} {}

    Combined combine() {
        name_functions_after();
        name_functions_before();
        index_after();
        std::vector<std::uint32_t> place(before_.contexts.size());
        for (std::size_t i = 1; i < place.size(); i++)
            place[i] = child(place[before_.contexts[i].parent], location(before_.contexts[i].location));
        for (const profile::Value& value : before_.values)
            result_.before.push_back({place[value.context], 0, value.samples, value.weight});
        result_.before = profile::sorted_sums(std::move(result_.before));
        return std::move(result_);
    }

private:
    using Place = std::tuple<std::uint32_t, std::uint32_t, bool, bool>;  // of a location

    // Functions with one key become the first of them.
    void name_functions_after() {
        first_after_.assign(side_after_.functions.size(), none);
        for (std::uint32_t i = next_index(result_.profile.functions); i-- > 0;)
            first_after_[side_after_.of_function[i]] = i;
        for (profile::Location& location : result_.profile.locations)
            location.function = first_after_[side_after_.of_function[location.function]];
    }

    // What each function of the earlier run is called in the result, and how far its lines have moved.
    void name_functions_before() {
        function_of_.assign(side_before_.functions.size(), none);
        moved_.assign(side_before_.functions.size(), 0);
        for (const Pair& pair : match(side_before_, side_after_)) {
            if (pair.before == none || pair.after == none) continue;
            function_of_[pair.before] = first_after_[pair.after];
            moved_[pair.before] = lines_moved(side_before_.functions[pair.before], side_after_.functions[pair.after]);
        }
        for (std::uint32_t i = 0; i < before_.functions.size(); i++) {
            std::uint32_t& function = function_of_[side_before_.of_function[i]];
            if (function == none) function = added(before_.functions[i]);
        }
    }

    std::uint32_t added(profile::Function function) {
        auto& modules = result_.profile.modules;
        if (function.module != none) {
            const profile::Module& module = before_.modules[function.module];
            const auto known = std::ranges::find(modules, module);
            function.module = static_cast<std::uint32_t>(known - modules.begin());
            if (known == modules.end()) modules.push_back(module);
        }
        result_.profile.functions.push_back(std::move(function));
        return next_index(result_.profile.functions) - 1;
    }

    void index_after() {
        const Profile& profile = result_.profile;
        for (std::uint32_t i = 0; i < profile.locations.size(); i++) {
            const profile::Location& each = profile.locations[i];
            locations_.try_emplace(Place{each.function, each.line, each.inlined, each.guessed}, i);
        }
        for (std::uint32_t i = 1; i < profile.contexts.size(); i++)
            children_.try_emplace({profile.contexts[i].parent, profile.contexts[i].location}, i);
    }

    std::uint32_t location(std::uint32_t index) {
        profile::Location location = before_.locations[index];
        const std::uint32_t key = side_before_.of_function[location.function];
        location.function = function_of_[key];
        if (location.line > 0)
            location.line = static_cast<std::uint32_t>(std::max<std::int64_t>(1, location.line + moved_[key]));
        auto& locations = result_.profile.locations;
        const auto [known, is_new] = locations_.try_emplace(
            Place{location.function, location.line, location.inlined, location.guessed}, next_index(locations));
        if (is_new) locations.push_back(location);
        return known->second;
    }

    std::uint32_t child(std::uint32_t parent, std::uint32_t location) {
        auto& contexts = result_.profile.contexts;
        const auto [known, is_new] = children_.try_emplace({parent, location}, next_index(contexts));
        if (is_new) contexts.push_back({parent, location});
        return known->second;
    }

    const Profile& before_;
    Side side_before_, side_after_;
    Combined result_;
    std::vector<std::uint32_t> first_after_;  // by key of the later run: the first function with it
    std::vector<std::uint32_t> function_of_;  // by key of the earlier run: a function of the result
    std::vector<std::int64_t> moved_;         // by key of the earlier run
    std::map<Place, std::uint32_t> locations_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> children_;  // by caller and location
};

}  // namespace

Combined combine(const Profile& before, const Profile& after) { return Combiner{before, after}.combine(); }

}  // namespace pyprof::diff
