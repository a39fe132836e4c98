#include "formats/stacks.h"

#include <map>
#include <tuple>
#include <utility>

#include "base/utf8.h"
#include "profile/tree.h"

namespace pyprof::formats {
namespace {

Frame frame_of(const profile::Profile& profile, const profile::Function& function) {
    Frame frame;
    frame.name = function.name.empty() ? "(unnamed)" : valid_utf8(function.name);
    if (function.module != profile::none) frame.module = valid_utf8(profile.modules[function.module].path);
    frame.file = function.file.empty() ? frame.module : valid_utf8(function.file);
    frame.first_line = function.first_line;
    frame.domain = function.domain;
    return frame;
}

}  // namespace

std::string one_line(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return text;
}

std::string name_of(const profile::Process& process) {
    if (profile::stands_for_ranks(process)) return "small values of all ranks";
    const std::string rank = process.rank < 0 ? "" : "rank " + std::to_string(process.rank) + " ";
    return valid_utf8(rank + process.host + " " + std::to_string(process.pid));
}

std::string name_of(const profile::Thread& thread) {
    if (thread.folded > 0) return "ended threads";
    return valid_utf8(std::to_string(thread.tid) + " " + thread.name);
}

Frames::Frames(const profile::Profile& profile, Granularity granularity) : profile_{profile} {
    std::map<std::tuple<std::string, std::string, std::uint32_t>, std::uint32_t> known;
    for (const profile::Location& location : profile.locations) {
        const profile::Function& function = profile.functions[location.function];
        Frame frame = frame_of(profile, function);
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
