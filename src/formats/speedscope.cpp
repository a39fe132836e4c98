#include "formats/speedscope.h"

#include <map>
#include <nlohmann/json.hpp>

namespace pyprof::formats {
namespace {

using nlohmann::ordered_json;

class Writer {
public:
    Writer(const profile::Profile& profile, Granularity granularity)
        : profile_{profile}, frames_{profile, granularity} {
        for (const Frame& frame : frames_.all()) {
            ordered_json entry = {{"name", frame.name}};
            if (!frame.file.empty()) entry["file"] = frame.file;
            if (frame.line != 0) entry["line"] = frame.line;
            shared_.push_back(std::move(entry));
        }
    }

    std::string write() {
        std::vector<std::vector<profile::Value>> values(profile_.threads.size());
        for (const profile::Value& value : profile_.values) values[value.thread].push_back(value);
        ordered_json profiles = ordered_json::array();
        for (std::uint32_t i = 0; i < values.size(); i++) {
            if (!values[i].empty()) profiles.push_back(thread_profile(i, values[i]));
        }
        if (profiles.empty()) profiles.push_back(sampled("no samples"));
        const ordered_json document = {{"$schema", "https://www.speedscope.app/file-format-schema.json"},
                                       {"shared", {{"frames", shared_}}},
                                       {"profiles", profiles},
                                       {"name", name()},
                                       {"activeProfileIndex", 0},
                                       {"exporter", "pyprof@" + profile_.run.version}};
        return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
    }

private:
    std::string name() const {
        std::string text;
        for (const std::string& word : profile_.run.command) text += (text.empty() ? "" : " ") + word;
        return text;
    }

    ordered_json sampled(const std::string& name) const {
        const std::string& unit = profile_.metric.unit;
        return {{"type", "sampled"},
                {"name", name},
                {"unit", unit == "nanoseconds" ? "nanoseconds" : "none"},
                {"startValue", 0},
                {"endValue", 0},
                {"samples", ordered_json::array()},
                {"weights", ordered_json::array()}};
    }

    ordered_json thread_profile(std::uint32_t index, const std::vector<profile::Value>& values) {
        const profile::Thread& thread = profile_.threads[index];
        const std::string separator = thread.folded > 0 ? " " : "/";
        ordered_json entry = sampled(name_of(profile_.processes[thread.process]) + separator + name_of(thread));
        std::uint64_t sum = 0;
        for (const StackValue& stack : stacks_of(frames_, values)) {
            entry["samples"].push_back(capped(stack.frames));
            entry["weights"].push_back(stack.weight);
            sum += stack.weight;
        }
        entry["endValue"] = sum;
        return entry;
    }

    std::vector<std::uint32_t> capped(const std::vector<std::uint32_t>& stack) {
        if (stack.size() <= most_speedscope_frames) return stack;
        constexpr std::size_t outer = most_speedscope_frames / 2, inner = most_speedscope_frames - outer - 1;
        std::vector<std::uint32_t> kept(stack.begin(), stack.begin() + outer);
        kept.push_back(elided(stack.size() - outer - inner));
        kept.insert(kept.end(), stack.end() - inner, stack.end());
        return kept;
    }

    std::uint32_t elided(std::size_t count) {
        const auto [known, is_new] = elided_.try_emplace(count, static_cast<std::uint32_t>(shared_.size()));
        if (is_new) shared_.push_back({{"name", "… " + std::to_string(count) + " frames elided"}});
        return known->second;
    }

    const profile::Profile& profile_;
    Frames frames_;
    ordered_json shared_ = ordered_json::array();
    std::map<std::size_t, std::uint32_t> elided_;
};

}  // namespace

std::string speedscope(const profile::Profile& profile, Granularity granularity) {
    return Writer{profile, granularity}.write();
}

}  // namespace pyprof::formats
