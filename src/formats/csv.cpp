#include "formats/csv.h"

#include <cstdint>
#include <initializer_list>
#include <map>
#include <utility>
#include <vector>

#include "base/csv_field.h"
#include "formats/frame_tree.h"

namespace pyprof::formats {
namespace {

using profile::Profile;
using Figures = std::vector<std::uint64_t>;

std::string joined(std::initializer_list<std::string> fields) {
    std::string row;
    for (const std::string& each : fields) row += each + ',';
    return row;
}

// What it has of nothing stays empty: 0 would be a line or a rank.
std::string number(std::int64_t value, std::int64_t unknown) { return value == unknown ? "" : std::to_string(value); }

class Writer {
public:
    Writer(const Profile& profile, Granularity granularity)
        : profile_{profile}, tree_{frame_tree(profile, granularity)}, by_thread_(tree_.nodes.size()) {
        for (const profile::Value& value : tree_.values) {
            Figures& figures = figures_of(value);
            figures[0] += value.weight;
            figures[1] += value.samples;
        }
        for (std::size_t i = 0; i < tree_.measures.size(); i++)
            for (const profile::Value& value : tree_.measures[i]) figures_of(value)[2 + i] += value.weight;
    }

    std::string write() const {
        std::string out = joined({"context", "parent", "depth", "function", "file", "line", "domain", "module", "rank",
                                  "host", "pid", "tid", "thread"});
        out += profile_.metric.unit == "nanoseconds" ? "self_ns,samples" : "self,samples";
        for (const profile::Measure& measure : profile_.measures) out += ',' + csv_field(measure.metric.name);
        out += '\n';
        std::vector<std::string> frames;
        for (const Frame& frame : tree_.frames) frames.push_back(frame_fields(frame));
        for (std::uint32_t i = 1; i < tree_.nodes.size(); i++) {
            const FrameTree::Node& node = tree_.nodes[i];
            const std::string context =
                joined({std::to_string(i), number(node.parent, 0), std::to_string(node.depth)}) + frames[node.frame];
            if (by_thread_[i].empty()) put(out, context + ",,,,,", nothing());
            for (const auto& [thread, figures] : by_thread_[i]) put(out, context + thread_fields(thread), figures);
        }
        return out;
    }

private:
    Figures nothing() const { return Figures(2 + profile_.measures.size()); }

    Figures& figures_of(const profile::Value& value) {
        return by_thread_[value.context].try_emplace(value.thread, nothing()).first->second;
    }

    static std::string frame_fields(const Frame& frame) {
        const std::uint32_t line = frame.line == 0 ? frame.first_line : frame.line;
        return joined({csv_field(frame.name), csv_field(frame.file), number(line, 0), profile::name_of(frame.domain),
                       csv_field(frame.module)});
    }

    std::string thread_fields(std::uint32_t index) const {
        const profile::Thread& thread = profile_.threads[index];
        const profile::Process& process = profile_.processes[thread.process];
        return joined({process.rank < 0 ? "" : std::to_string(process.rank), csv_field(process.host),
                       number(process.pid, 0), number(thread.tid, 0), csv_field(thread.name)});
    }

    static void put(std::string& out, const std::string& place, const Figures& figures) {
        out += place;
        for (std::size_t i = 0; i < figures.size(); i++) out += (i == 0 ? "" : ",") + std::to_string(figures[i]);
        out += '\n';
    }

    const Profile& profile_;
    FrameTree tree_;
    std::vector<std::map<std::uint32_t, Figures>> by_thread_;  // of each node
};

}  // namespace

std::string csv(const Profile& profile, Granularity granularity) { return Writer{profile, granularity}.write(); }

}  // namespace pyprof::formats
