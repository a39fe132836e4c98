#include "report/diff_flame.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>
#include <numeric>
#include <vector>

#include "report/diff_text.h"
#include "report/html_text.h"
#include "report/words.h"

namespace pyprof::report {
namespace {

using diff::Change;
using diff::Difference;
using diff::FlameNode;

constexpr double image_width = 1200, row_height = 18, narrowest = 0.6, character_width = 7;

constexpr const char* patterns =
    "<defs><pattern id=\"new\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
    "<rect class=\"slower1\" width=\"6\" height=\"6\"/><path class=\"hatch\" d=\"M0 6L6 0\"/></pattern>"
    "<pattern id=\"gone\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
    "<rect class=\"faster1\" width=\"6\" height=\"6\"/><path class=\"hatch\" d=\"M0 3H6\"/></pattern></defs>\n";

struct Place {
    double x = 0, width = 0;
    std::size_t depth = 0;
};

// A style of the page: by how much the frame changed, where that is beyond chance.
std::string class_of(const Change& change) {
    if (change.is_new()) return "new";
    if (change.has_vanished()) return "gone";
    if (!change.is_significant()) return "same";
    const double relative = std::abs(change.delta()) / std::max(change.before, change.after);
    const int level = relative < 0.1 ? 1 : relative < 0.3 ? 2 : 3;
    return fmt::format("{}{}", change.delta() > 0 ? "slower" : "faster", level);
}

// Every node below its caller, the wider ones to the left.
std::vector<Place> places_of(const std::vector<FlameNode>& nodes) {
    std::vector<std::uint32_t> order(nodes.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::stable_sort(order, std::greater{}, [&](std::uint32_t i) { return nodes[i].width; });
    std::vector<double> offsets(nodes.size()), used(nodes.size());
    for (const std::uint32_t i : order) {
        if (i == 0) continue;
        offsets[i] = used[nodes[i].parent];
        used[nodes[i].parent] += nodes[i].width;
    }
    std::vector<Place> places(nodes.size());
    const double scale = image_width / nodes.front().width;
    places.front().width = image_width;
    for (std::size_t i = 1; i < nodes.size(); i++) {
        const Place& caller = places[nodes[i].parent];
        places[i] = {caller.x + offsets[i] * scale, nodes[i].width * scale, caller.depth + 1};
    }
    return places;
}

std::string frame(const FlameNode& node, const Place& place, const Difference& difference) {
    const diff::FunctionKey* const key = node.pair == profile::none ? nullptr : &difference.flame_functions[node.pair];
    const std::string name = key == nullptr ? "all" : printable(key->name);
    const std::string where = key == nullptr || key->place.empty() ? "" : " (" + file_name(key->place) + ")";
    const double y = static_cast<double>(place.depth) * row_height;
    const auto letters = static_cast<std::size_t>(place.width / character_width);
    std::string text;
    if (letters >= 3)
        text = fmt::format("<text x=\"{:.1f}\" y=\"{:.0f}\">{}</text>", place.x + 3, y + 13,
                           html_text(fitted(name, std::min(letters, columns(name)), true)));
    return fmt::format(
        "<g><title>{}\n{}</title><rect class=\"{}\" x=\"{:.2f}\" y=\"{:.0f}\" width=\"{:.2f}\" "
        "height=\"{:.0f}\"/>{}</g>\n",
        html_text(name + where), html_text(change_text(node.total, difference)), class_of(node.total), place.x, y,
        place.width, row_height - 1, text);
}

}  // namespace

std::string diff_flame(const Difference& difference) {
    const std::vector<FlameNode>& nodes = difference.flame;
    if (nodes.size() < 2 || nodes.front().width <= 0) return "";
    const std::vector<Place> places = places_of(nodes);
    std::vector<std::uint32_t> drawn;
    for (std::uint32_t i = 0; i < nodes.size(); i++)
        if (places[i].width >= narrowest && places[i].depth <= deepest_drawn_frame) drawn.push_back(i);
    std::ranges::stable_sort(drawn, std::greater{}, [&](std::uint32_t i) { return places[i].width; });
    drawn.resize(std::min(drawn.size(), most_drawn_frames));
    std::ranges::sort(drawn);
    std::string frames;
    std::size_t depth = 0;
    for (const std::uint32_t i : drawn) {
        frames += frame(nodes[i], places[i], difference);
        depth = std::max(depth, places[i].depth);
    }
    const double height = static_cast<double>(depth + 1) * row_height;
    std::string svg = fmt::format(
        "<svg viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" height=\"{1:.0f}\" role=\"img\" class=\"flame\">"
        "<title>Differential flame graph: callers above what they call</title>{2}{3}</svg>\n",
        image_width, height, patterns, frames);
    if (drawn.size() < nodes.size())
        svg += fmt::format("<p>{} of {} frames are drawn; the others are too narrow or too deep.</p>\n", drawn.size(),
                           nodes.size());
    return svg;
}

}  // namespace pyprof::report
