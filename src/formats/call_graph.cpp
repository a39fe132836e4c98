#include "formats/call_graph.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "profile/tree.h"

namespace pyprof::formats {
namespace {

using profile::Profile;
using profile::Value;

// The figures of all contexts: one list for each metric.
using Columns = std::vector<std::vector<std::uint64_t>>;

Columns exclusive_columns(const Profile& profile) {
    Columns columns(2 + profile.measures.size(), std::vector<std::uint64_t>(profile.contexts.size()));
    for (const Value& value : profile.values) {
        columns[0][value.context] += value.weight;
        columns[1][value.context] += value.samples;
    }
    for (std::size_t i = 0; i < profile.measures.size(); i++)
        for (const Value& value : profile.measures[i].values) columns[2 + i][value.context] += value.weight;
    return columns;
}

void add(Figures& sum, const Columns& columns, std::uint32_t context) {
    sum.resize(columns.size());
    for (std::size_t i = 0; i < columns.size(); i++) sum[i] += columns[i][context];
}

bool any(const Figures& figures) {
    return std::ranges::any_of(figures, [](std::uint64_t figure) { return figure != 0; });
}

// The function of each context, as a number of the graph.
std::vector<std::uint32_t> functions_of(const Profile& profile, const Frames& frames) {
    std::vector<std::uint32_t> functions(profile.contexts.size());
    for (std::uint32_t i = 1; i < functions.size(); i++)
        functions[i] = frames.of_location(profile.contexts[i].location) + 1;
    return functions;
}

class Builder {
public:
    explicit Builder(const Profile& profile)
        : profile_{profile},
          frames_{profile, Granularity::function},
          function_of_{functions_of(profile, frames_)},
          exclusive_{exclusive_columns(profile)} {
        for (const std::vector<std::uint64_t>& column : exclusive_)
            inclusive_.push_back(profile::inclusive(profile, column));
    }

    CallGraph build() {
        graph_.metrics = {profile_.metric, {"samples", "count"}};
        for (const profile::Measure& measure : profile_.measures) graph_.metrics.push_back(measure.metric);
        const Figures nothing(graph_.metrics.size());
        graph_.functions.push_back({Frame{.name = "(root)"}, nothing, nothing});
        for (const Frame& frame : frames_.all()) graph_.functions.push_back({frame, nothing, nothing});
        const std::vector<bool> outermost = profile::outermost(profile_, function_of_);
        add(graph_.functions[0].self, exclusive_, 0);
        add(graph_.functions[0].total, inclusive_, 0);
        add(lines_[{0, 0}], exclusive_, 0);
        for (std::uint32_t context = 1; context < function_of_.size(); context++)
            add_context(context, outermost[context]);
        for (auto& [place, self] : lines_)
            if (any(self)) graph_.lines.push_back({place.first, place.second, std::move(self)});
        for (auto& [place, call] : calls_) graph_.calls.push_back(std::move(call));
        return std::move(graph_);
    }

private:
    std::uint32_t line_of(std::uint32_t context) const {
        return context == 0 ? 0 : profile::location_of(profile_, context).line;
    }

    void add_context(std::uint32_t context, bool outermost) {
        const std::uint32_t function = function_of_[context];
        const std::uint32_t parent = profile_.contexts[context].parent;
        const std::uint32_t caller = function_of_[parent], line = line_of(parent);
        CallGraph::Call& call = calls_[{caller, line, function}];
        call.caller = caller;
        call.line = line;
        call.callee = function;
        call.total.resize(graph_.metrics.size());
        add(call.self, exclusive_, context);
        add(graph_.functions[function].self, exclusive_, context);
        add(lines_[{function, line_of(context)}], exclusive_, context);
        if (!outermost) return;
        add(call.total, inclusive_, context);
        add(graph_.functions[function].total, inclusive_, context);
    }

    const Profile& profile_;
    Frames frames_;
    std::vector<std::uint32_t> function_of_;
    Columns exclusive_, inclusive_;
    CallGraph graph_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Figures> lines_;
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, CallGraph::Call> calls_;
};

}  // namespace

CallGraph call_graph(const Profile& profile) { return Builder{profile}.build(); }

}  // namespace pyprof::formats
