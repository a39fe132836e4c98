#include "formats/stacks.h"

#include <map>
#include <tuple>
#include <utility>

#include "base/utf8.h"
#include "profile/tree.h"

namespace pyprof::formats {
namespace {

std::string file_of(const profile::Profile& profile, const profile::Function& function) {
    if (!function.file.empty() || function.module == profile::none) return function.file;
    return profile.modules[function.module].path;
}

}  // namespace

Frames::Frames(const profile::Profile& profile, Granularity granularity) : profile_{profile} {
    std::map<std::tuple<std::string, std::string, std::uint32_t>, std::uint32_t> known;
    for (const profile::Location& location : profile.locations) {
        const profile::Function& function = profile.functions[location.function];
        Frame frame;
        frame.name = function.name.empty() ? "(unnamed)" : valid_utf8(function.name);
        frame.file = valid_utf8(file_of(profile, function));
        frame.line = granularity == Granularity::line ? location.line : 0;
        // Functions of the same name in a file (two lambdas) differ in their first line.
        const std::uint32_t line = granularity == Granularity::line ? location.line : function.first_line;
        const auto [entry, is_new] = known.try_emplace({frame.name, frame.file, line}, frames_.size());
        if (is_new) frames_.push_back(std::move(frame));
        frame_of_location_.push_back(entry->second);
    }
}

std::vector<std::uint32_t> Frames::stack(std::uint32_t context) const {
    std::vector<std::uint32_t> frames;
    for (const std::uint32_t at : profile::path_to(profile_, context)) {
        frames.push_back(frame_of_location_[profile_.contexts[at].location]);
    }
    return frames;
}

std::vector<StackValue> stacks_of(const Frames& frames, const std::vector<profile::Value>& values) {
    std::vector<StackValue> stacks;
    std::map<std::vector<std::uint32_t>, std::size_t> known;
    for (const profile::Value& value : values) {
        const auto [entry, is_new] = known.try_emplace(frames.stack(value.context), stacks.size());
        if (is_new) stacks.push_back({entry->first, 0});
        stacks[entry->second].weight += value.weight;
    }
    return stacks;
}

}  // namespace pyprof::formats
