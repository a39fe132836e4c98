#include "formats/hatchet.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "formats/frame_tree.h"
#include "profile/sums.h"

namespace pyprof::formats {
namespace {

using nlohmann::ordered_json;
using profile::Metric;
using profile::Profile;
using profile::Value;

constexpr std::int32_t no_rank = -1;

std::string text_of(const ordered_json& value) {
    return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// One metric's figures on every node and rank, node by node.
struct Column {
    std::string name;
    double unit = 1;
    std::vector<std::uint64_t> exclusive, inclusive;
};

// The ranks of values, `no_rank` first where a process without rank has some.
std::vector<std::int32_t> ranks_with_values(const Profile& profile, const FrameTree& tree) {
    std::vector<std::int32_t> ranks = profile::ranks_of(profile);
    const auto has_rank = [&](const Value& value) {
        return profile.processes[profile.threads[value.thread].process].rank >= 0;
    };
    if (ranks.empty() || !std::ranges::all_of(tree.values, has_rank)) ranks.insert(ranks.begin(), no_rank);
    return ranks;
}

// Hatchet fails on a tree without nodes.
FrameTree tree_of(const Profile& profile, Granularity granularity) {
    FrameTree tree = frame_tree(profile, granularity, most_hatchet_frames);
    if (tree.nodes.size() > 1) return tree;
    tree.nodes.push_back({0, static_cast<std::uint32_t>(tree.frames.size()), 1});
    tree.frames.push_back(Frame{.name = "(no samples)", .domain = profile::Domain::os});
    return tree;
}

class Writer {
public:
    Writer(const Profile& profile, Granularity granularity)
        : profile_{profile},
          tree_{tree_of(profile, granularity)},
          ranks_{ranks_with_values(profile, tree_)},
          by_rank_{!profile::ranks_of(profile).empty()} {}

    Result<std::string> write() {
        const std::size_t rows = (tree_.nodes.size() - 1) * ranks_.size();
        if (rows > most_hatchet_rows)
            return Error{std::to_string(tree_.nodes.size() - 1) + " nodes on " + std::to_string(ranks_.size()) +
                         " ranks are more rows than Hatchet can take; choose a rank with --rank, or --format csv"};
        add_columns();
        std::string out = "{\"graph\":[{";
        put_nodes(out);
        out += "}],\"dataframe\":[";
        put_rows(out);
        ordered_json indices = {"node"}, exclusive = ordered_json::array(), inclusive = ordered_json::array();
        if (by_rank_) indices.push_back("rank");
        for (const Column& column : columns_) {
            exclusive.push_back(column.name);
            inclusive.push_back(column.name + " (inc)");
        }
        out += "],\"dataframe_indices\":" + text_of(indices) + ",\"exclusive_metrics\":" + text_of(exclusive);
        return out + ",\"inclusive_metrics\":" + text_of(inclusive) + "}\n";
    }

private:
    // Hatchet's word for what it shows first is "time", in seconds.
    void add_columns() {
        std::vector<Value> samples = tree_.values;
        for (Value& value : samples) value.weight = value.samples;
        const bool is_time = profile_.metric.unit == "nanoseconds";
        add_column({is_time ? "time" : profile_.metric.name, profile_.metric.unit}, tree_.values);
        add_column({"samples", "count"}, samples);
        for (std::size_t i = 0; i < tree_.measures.size(); i++)
            add_column(profile_.measures[i].metric, tree_.measures[i]);
    }

    void add_column(const Metric& metric, const std::vector<Value>& values) {
        Column column{
            .name = metric.name, .unit = metric.unit == "nanoseconds" ? 1e-9 : 1, .exclusive = {}, .inclusive = {}};
        column.exclusive.resize(tree_.nodes.size() * ranks_.size());
        for (const Value& value : values) {
            const std::int32_t rank = profile_.processes[profile_.threads[value.thread].process].rank;
            const auto place = std::ranges::lower_bound(ranks_, std::max(rank, no_rank)) - ranks_.begin();
            column.exclusive[value.context * ranks_.size() + static_cast<std::size_t>(place)] += value.weight;
        }
        column.inclusive = column.exclusive;
        for (std::size_t node = tree_.nodes.size() - 1; node > 0; node--)
            for (std::size_t rank = 0; rank < ranks_.size(); rank++)
                column.inclusive[tree_.nodes[node].parent * ranks_.size() + rank] +=
                    column.inclusive[node * ranks_.size() + rank];
        columns_.push_back(std::move(column));
    }

    ordered_json attributes(const Frame& frame) const {
        return {{"name", frame.name},
                {"file", frame.file},
                {"line", frame.line == 0 ? frame.first_line : frame.line},
                {"domain", profile::name_of(frame.domain)}};
    }

    // The root is none of Hatchet's nodes: what nobody calls is one.
    void put_nodes(std::string& out) const {
        std::vector<std::vector<std::uint32_t>> children(tree_.nodes.size());
        for (std::uint32_t i = 1; i < tree_.nodes.size(); i++) children[tree_.nodes[i].parent].push_back(i - 1);
        for (std::uint32_t i = 1; i < tree_.nodes.size(); i++) {
            ordered_json data = attributes(tree_.frames[tree_.nodes[i].frame]);
            data["type"] = "function";
            out += i == 1 ? "" : ",";
            out += "\n\"" + std::to_string(i - 1) + "\":" + text_of({{"data", data}, {"children", children[i]}});
        }
    }

    void put_rows(std::string& out) const {
        std::vector<std::string> texts;
        for (const Frame& frame : tree_.frames) {
            const std::string braced = text_of(attributes(frame));
            texts.push_back(braced.substr(1, braced.size() - 2));
        }
        for (std::uint32_t i = 1; i < tree_.nodes.size(); i++) {
            for (std::size_t rank = 0; rank < ranks_.size(); rank++) {
                out += i == 1 && rank == 0 ? "\n{" : ",\n{";
                out += "\"node\":" + std::to_string(i - 1) + ",";
                if (by_rank_) out += "\"rank\":" + std::to_string(ranks_[rank]) + ",";
                out += texts[tree_.nodes[i].frame];
                for (const Column& column : columns_) put_figures(out, column, i * ranks_.size() + rank);
                out += "}";
            }
        }
    }

    static void put_figures(std::string& out, const Column& column, std::size_t place) {
        const auto put = [&](const std::string& name, std::uint64_t figure) {
            out += "," + text_of(name) + ":";
            out += column.unit == 1 ? std::to_string(figure) : text_of(static_cast<double>(figure) * column.unit);
        };
        put(column.name, column.exclusive[place]);
        put(column.name + " (inc)", column.inclusive[place]);
    }

    const Profile& profile_;
    FrameTree tree_;
    std::vector<std::int32_t> ranks_;  // in order
    bool by_rank_;
    std::vector<Column> columns_;
};

}  // namespace

Result<std::string> hatchet(const Profile& profile, Granularity granularity) {
    return Writer{profile, granularity}.write();
}

}  // namespace pyprof::formats
