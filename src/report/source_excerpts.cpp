#include "report/source_excerpts.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "profile/tree.h"
#include "report/sources.h"

namespace pyprof::report {
namespace {

using profile::Profile;

// What is shown of one source file.
struct Wanted {
    std::string file;
    std::uint32_t function = profile::none;  // one of those in it, by which its text is found
    std::uint64_t weight = 0;
    std::vector<std::uint32_t> lines;
};

// By the weight of all values in and below a line, so that lines that only call are shown too.
std::vector<Wanted> wanted_files(const Profile& profile) {
    std::vector<std::uint64_t> self(profile.contexts.size());
    for (const profile::Value& value : profile.values) self[value.context] += value.weight;
    const std::vector<std::uint64_t> total = profile::inclusive(profile, self);
    std::map<std::string, Wanted> files;
    for (std::uint32_t i = 1; i < total.size(); i++) {
        const profile::Location& location = profile::location_of(profile, i);
        const profile::Function& function = profile.functions[location.function];
        if (total[i] == 0 || location.line == 0 || function.file.empty()) continue;
        Wanted& wanted = files[function.file];
        wanted.function = location.function;
        wanted.weight += self[i];
        wanted.lines.push_back(location.line);
    }
    std::vector<Wanted> list;
    for (auto& [file, wanted] : files) {
        wanted.file = file;
        list.push_back(std::move(wanted));
    }
    std::ranges::stable_sort(list, std::greater{}, &Wanted::weight);
    return list;
}

}  // namespace

std::vector<sources::Excerpt> source_excerpts(const Profile& profile, std::size_t most_bytes) {
    Sources sources{profile};
    std::vector<sources::Excerpt> all;
    std::size_t bytes = 0;
    const std::uint64_t began_ns = profile.run.started_realtime_ns;
    for (const Wanted& wanted : wanted_files(profile)) {
        const sources::Lines& text = sources.lines(profile.functions[wanted.function]);
        std::vector<sources::Excerpt> excerpts = sources::excerpts_of(wanted.file, text, wanted.lines);
        const std::size_t size = sources::size_of(excerpts);
        if (bytes + size > most_bytes) continue;
        bytes += size;
        const bool is_newer = began_ns > 0 && sources.saved_ns(profile.functions[wanted.function]) > began_ns;
        for (sources::Excerpt& excerpt : excerpts) excerpt.is_newer = is_newer;
        std::ranges::move(excerpts, std::back_inserter(all));
    }
    return all;
}

}  // namespace pyprof::report
