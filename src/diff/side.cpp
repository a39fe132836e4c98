#include "diff/side.h"

#include <algorithm>
#include <utility>

#include "profile/tree.h"

namespace pyprof::diff {
namespace {

using profile::Amount;
using profile::none;
using profile::Profile;

FunctionKey key_of(const Profile& profile, const profile::Function& function) {
    std::string place = function.file;
    if (place.empty() && function.module != none) {
        const std::string& path = profile.modules[function.module].path;
        place = path.substr(path.rfind('/') + 1);
    }
    return {function.domain, place, function.name};
}

void add_functions(const Profile& profile, Side& side) {
    std::map<FunctionKey, std::uint32_t> places;
    for (const profile::Function& function : profile.functions) places[key_of(profile, function)] = 0;
    for (auto& [key, place] : places) {
        place = static_cast<std::uint32_t>(side.functions.size());
        side.functions.push_back({.key = key, .module = {}, .first_lines = {}, .lines = {}});
    }
    for (const profile::Function& function : profile.functions) {
        side.of_function.push_back(places[key_of(profile, function)]);
        FunctionSum& sum = side.functions[side.of_function.back()];
        sum.first_lines.insert(function.first_line);
        if (function.module != none) sum.module = profile.modules[function.module].path;
    }
}

void add_function_sums(const Profile& profile, const std::vector<std::uint32_t>& keys, Side& side) {
    const std::vector<profile::Cost> costs =
        profile::sum_by(profile, keys, static_cast<std::uint32_t>(side.functions.size()));
    for (std::size_t i = 0; i < costs.size(); i++) {
        side.functions[i].self = costs[i].self;
        side.functions[i].total = costs[i].total;
    }
    const std::vector<std::uint32_t> python = profile::innermost_python(profile);
    const std::vector<Amount> below_python = profile::amounts_by(
        profile, side.functions.size(), [&](const profile::Value& value) { return keys[python[value.context]]; });
    for (std::size_t i = 0; i < costs.size(); i++) {
        const bool is_python = side.functions[i].key.domain == profile::Domain::python;
        side.functions[i].own = is_python ? below_python[i] : costs[i].self;
    }
}

// The lines of all functions, numbered.
using Lines = std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t>;  // function, line

void add_line_sums(const Profile& profile, const std::vector<std::uint32_t>& keys, Side& side) {
    Lines lines;
    std::vector<std::uint32_t> line_of(profile.contexts.size(), none);
    for (std::uint32_t i = 1; i < line_of.size(); i++) {
        const std::uint32_t line = profile::location_of(profile, i).line;
        if (line > 0)
            line_of[i] = lines.try_emplace({keys[i], line}, static_cast<std::uint32_t>(lines.size())).first->second;
    }
    const std::vector<profile::Cost> costs =
        profile::sum_by(profile, line_of, static_cast<std::uint32_t>(lines.size()));
    const std::vector<std::uint32_t> python = profile::innermost_python(profile);
    const std::vector<Amount> below_python = profile::amounts_by(
        profile, lines.size(), [&](const profile::Value& value) { return line_of[python[value.context]]; });
    for (const auto& [line, number] : lines) {
        FunctionSum& function = side.functions[line.first];
        const bool is_python = function.key.domain == profile::Domain::python;
        function.lines[line.second] = {is_python ? below_python[number] : costs[number].self, costs[number].total};
    }
}

}  // namespace

Side sums_of(const Profile& profile) {
    Side side;
    side.all = profile::sum_all(profile);
    side.workers = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(profile::ranks_of(profile).size()));
    add_functions(profile, side);
    std::vector<std::uint32_t> keys(profile.contexts.size(), none);
    for (std::uint32_t i = 1; i < keys.size(); i++)
        keys[i] = side.of_function[profile::location_of(profile, i).function];
    add_function_sums(profile, keys, side);
    add_line_sums(profile, keys, side);
    return side;
}

}  // namespace pyprof::diff
