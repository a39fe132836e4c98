#include "formats/firefox.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "formats/frame_tree.h"
#include "formats/gzip.h"

namespace pyprof::formats {
namespace {

using nlohmann::ordered_json;
using profile::Process;
using profile::Profile;
using profile::Thread;
using profile::Value;

// docs-developer/CHANGELOG-formats.md of the Firefox Profiler; later readers bring a profile up to date themselves.
constexpr int processed_version = 60, gecko_version = 31;
constexpr int library_resource = 1;

// Categories: a grey one, which readers ask for, then one for each domain.
struct Category {
    const char* name;
    const char* color;
};
constexpr std::array<Category, 6> categories{{{"Other", "grey"},
                                              {"Python", "yellow"},
                                              {"Native", "blue"},
                                              {"JIT-compiled", "purple"},
                                              {"MPI", "red"},
                                              {"Operating system", "orange"}}};
constexpr std::size_t category_of(profile::Domain domain) { return 1 + static_cast<std::size_t>(domain); }

ordered_json number_or_null(std::int64_t number, std::int64_t unknown) {
    if (number == unknown) return nullptr;
    return number;
}

// A table by columns, in which each row is added whole.
class Columns {
public:
    explicit Columns(std::vector<const char*> names)
        : names_{std::move(names)}, columns_(names_.size(), ordered_json::array()) {}

    std::uint32_t add(std::initializer_list<ordered_json> row) {
        std::size_t column = 0;
        for (const ordered_json& cell : row) columns_[column++].push_back(cell);
        return length_++;
    }

    ordered_json json() const {
        ordered_json table = ordered_json::object();
        for (std::size_t i = 0; i < names_.size(); i++) table[names_[i]] = columns_[i];
        table["length"] = length_;
        return table;
    }

private:
    std::vector<const char*> names_;
    std::vector<ordered_json> columns_;
    std::uint32_t length_ = 0;
};

// What a thread did until `end_ns` after its process began, for so much of the metric.
struct Sample {
    std::uint32_t node;
    std::uint64_t end_ns;
    std::uint64_t weight;
};

class Writer {
public:
    explicit Writer(const Profile& profile)
        : profile_{profile},
          tree_{frame_tree(profile, Granularity::line)},
          is_time_{profile.metric.unit == "nanoseconds"},
          samples_(profile.threads.size()) {
        take_moments();
        take_values();
        begin_ns_ = profile.run.started_realtime_ns;
        for (const Process& process : profile.processes)
            if (!profile::stands_for_ranks(process)) begin_ns_ = std::min(begin_ns_, process.started_realtime_ns);
    }

    std::string write() {
        for (const Frame& frame : tree_.frames) put_frame(frame);
        for (std::uint32_t i = 1; i < tree_.nodes.size(); i++) {
            const FrameTree::Node& node = tree_.nodes[i];
            stacks_.add({node.frame, number_or_null(std::int64_t{node.parent} - 1, -1)});
        }
        ordered_json threads = ordered_json::array();
        for (std::uint32_t i = 0; i < samples_.size(); i++)
            if (!samples_[i].empty()) threads.push_back(thread_json(i));
        if (threads.empty()) threads.push_back(thread_json(Process{}, Thread{.name = "no samples"}, {}));
        const ordered_json shared = {{"stackTable", stacks_.json()},
                                     {"frameTable", frames_.json()},
                                     {"funcTable", functions_.json()},
                                     {"resourceTable", resources_.json()},
                                     {"nativeSymbols", symbols_.json()},
                                     {"sources", sources_.json()},
                                     {"stringArray", texts_}};
        const ordered_json document = {
            {"meta", meta()}, {"libs", libraries_}, {"shared", shared}, {"threads", threads}};
        return gzip(document.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
    }

private:
    const Process& process_of(std::uint32_t thread) const {
        return profile_.processes[profile_.threads[thread].process];
    }

    // Equal ones of one instant are one sample: readers divide by the time between samples.
    void take_moments() {
        for (const profile::Moment& moment : tree_.moments) {
            std::vector<Sample>& samples = samples_[moment.thread];
            const Sample next = {moment.context, moment.time * profile::moment_unit_ns,
                                 process_of(moment.thread).moment_stride_ns};
            const bool is_same =
                !samples.empty() && samples.back().end_ns == next.end_ns && samples.back().node == next.node;
            if (is_same)
                samples.back().weight += next.weight;
            else
                samples.push_back(next);
        }
    }

    // Of threads whose moments nobody knows: one after the other. Small values of all ranks have moments in the ranks.
    void take_values() {
        for (const Value& value : tree_.values) {
            const Process& process = process_of(value.thread);
            const bool is_told =
                process.moment_stride_ns != 0 || (profile::stands_for_ranks(process) && !tree_.moments.empty());
            if (is_told) continue;
            std::vector<Sample>& samples = samples_[value.thread];
            const std::uint64_t begin_ns = samples.empty() ? 0 : samples.back().end_ns;
            samples.push_back({value.context, begin_ns + value.weight, value.weight});
        }
    }

    std::uint32_t text(const std::string& name) {
        const auto [known, is_new] = text_numbers_.try_emplace(name, texts_.size());
        if (is_new) texts_.push_back(name);
        return known->second;
    }

    ordered_json source(const std::string& file) {
        if (file.empty()) return nullptr;
        const auto [known, is_new] = source_numbers_.try_emplace(file, source_numbers_.size());
        if (is_new) sources_.add({nullptr, text(file)});
        return known->second;
    }

    // A library, and the resource that stands for it: both have the same number.
    ordered_json resource(const std::string& path) {
        if (path.empty()) return -1;
        const auto [known, is_new] = resource_numbers_.try_emplace(path, resource_numbers_.size());
        if (is_new) {
            const std::string name = path.substr(path.rfind('/') + 1);
            libraries_.push_back({{"arch", ""},
                                  {"name", name},
                                  {"path", path},
                                  {"debugName", name},
                                  {"debugPath", path},
                                  {"breakpadId", ""},
                                  {"codeId", nullptr}});
            resources_.add({known->second, text(name), nullptr, library_resource});
        }
        return known->second;
    }

    std::uint32_t function(const Frame& frame) {
        const auto [known, is_new] =
            function_numbers_.try_emplace({frame.name, frame.file, frame.first_line}, function_numbers_.size());
        if (is_new)
            functions_.add({text(frame.name), false, false, resource(frame.module), source(frame.file),
                            number_or_null(frame.first_line, 0), nullptr});
        return known->second;
    }

    void put_frame(const Frame& frame) {
        frames_.add(
            {-1, 0, category_of(frame.domain), 0, function(frame), nullptr, 0, number_or_null(frame.line, 0), nullptr});
    }

    ordered_json meta() const {
        ordered_json list = ordered_json::array();
        for (const Category& category : categories)
            list.push_back({{"name", category.name}, {"color", category.color}, {"subcategories", {"Other"}}});
        std::string command;
        for (const std::string& word : profile_.run.command) command += (command.empty() ? "" : " ") + word;
        return {{"interval", static_cast<double>(profile_.run.period_ns) * 1e-6},
                {"startTime", static_cast<double>(begin_ns_) * 1e-6},
                {"processType", 0},
                {"product", profile_.run.script.empty() ? "pyprof" : profile_.run.script},
                {"importedFrom", "pyprof " + profile_.run.version},
                {"arguments", command},
                {"stackwalk", 1},
                {"version", gecko_version},
                {"preprocessedProfileVersion", processed_version},
                {"symbolicated", true},
                {"usesOnlyOneStackType", true},
                {"sourceCodeIsNotOnSearchfox", true},
                {"categories", list},
                {"markerSchema", ordered_json::array()},
                {"sampleUnits", {{"time", "ms"}, {"eventDelay", "ms"}, {"threadCPUDelta", "ns"}}}};
    }

    ordered_json thread_json(std::uint32_t index) const {
        const Thread& thread = profile_.threads[index];
        return thread_json(profile_.processes[thread.process], thread, samples_[index]);
    }

    ordered_json thread_json(const Process& process, const Thread& thread, const std::vector<Sample>& samples) const {
        const bool has_begun = !profile::stands_for_ranks(process) && process.started_realtime_ns > begin_ns_;
        const double begin_ms = has_begun ? static_cast<double>(process.started_realtime_ns - begin_ns_) * 1e-6 : 0;
        return {{"processType", "default"},
                {"processStartupTime", begin_ms},
                {"processShutdownTime", nullptr},
                {"registerTime", begin_ms},
                {"unregisterTime", nullptr},
                {"pausedRanges", ordered_json::array()},
                {"name", name_of(thread)},
                {"isMainThread", thread.tid == process.pid},
                {"processName", name_of(process)},
                {"pid", std::to_string(process.pid) + "@" + process.host},
                {"tid", thread.tid},
                {"samples", table_of(samples, begin_ms)},
                {"markers", Columns{{"data", "name", "startTime", "endTime", "phase", "category"}}.json()}};
    }

    // A sample stands where its weight ends; one without anything stands where the first begins, because readers take
    // CPU time as that since the sample before. Samples of wall time say nothing of CPU time.
    ordered_json table_of(const std::vector<Sample>& samples, double begin_ms) const {
        Columns table{{"stack", "time", "weight", "threadCPUDelta"}};
        table.add({nullptr, begin_ms, 0, 0});
        const double scale = is_time_ ? 1e-6 : 1;
        for (const Sample& sample : samples)
            table.add({sample.node - 1, begin_ms + static_cast<double>(sample.end_ns) * scale,
                       static_cast<double>(sample.weight) * scale, sample.weight});
        ordered_json json = table.json();
        json["weightType"] = is_time_ ? "tracing-ms" : "samples";
        if (!is_time_ || profile_.run.mode != "cpu") json.erase("threadCPUDelta");
        return json;
    }

    const Profile& profile_;
    FrameTree tree_;
    bool is_time_;
    std::vector<std::vector<Sample>> samples_;  // of each thread, in order of time
    std::uint64_t begin_ns_ = 0;
    std::vector<std::string> texts_;
    std::unordered_map<std::string, std::uint32_t> text_numbers_, source_numbers_, resource_numbers_;
    std::map<std::tuple<std::string, std::string, std::uint32_t>, std::uint32_t> function_numbers_;
    ordered_json libraries_ = ordered_json::array();
    Columns sources_{{"uuid", "filename"}};
    Columns resources_{{"lib", "name", "host", "type"}};
    Columns functions_{{"name", "isJS", "relevantForJS", "resource", "source", "lineNumber", "columnNumber"}};
    Columns frames_{{"address", "inlineDepth", "category", "subcategory", "func", "nativeSymbol", "innerWindowID",
                     "line", "column"}};
    Columns symbols_{{"libIndex", "address", "name", "functionSize"}};
    Columns stacks_{{"frame", "prefix"}};
};

}  // namespace

std::string firefox(const Profile& profile) { return Writer{profile}.write(); }

}  // namespace pyprof::formats
