#include "report/compare_charts.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>
#include <functional>
#include <vector>

#include "report/html_text.h"
#include "report/words.h"

namespace pyprof::report {
namespace {

using compare::Comparison;
using compare::Row;

std::vector<const Row*> largest_by_samples(const Comparison& comparison) {
    std::vector<const Row*> rows;
    for (const Row& row : comparison.rows)
        if (row.inflation) rows.push_back(&row);
    std::ranges::stable_sort(rows, std::greater{}, &Row::sampled_self_s);
    rows.resize(std::min(rows.size(), charted_functions));
    return rows;
}

std::string svg(int width, int height, const std::string& title, const std::string& content) {
    return fmt::format(
        "<svg viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\"><title>{2}</title>{3}</svg>\n", width,
        height, title, content);
}

std::string svg_text(double x, double y, const char* anchor, const std::string& text) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>", x, y, anchor, html_text(text));
}

std::string short_name(const Row& row) {
    return fitted(printable(row.name), std::min<std::size_t>(28, columns(row.name)), true);
}

bool is_overcharged(const Row& row) {
    return std::ranges::find(row.flags, compare::Flag::overcharged) != row.flags.end();
}

}  // namespace

std::string slope_chart(const Comparison& comparison) {
    const std::vector<const Row*> sampled = largest_by_samples(comparison);
    if (sampled.size() < 2) return "";
    std::vector<const Row*> traced = sampled;
    std::ranges::stable_sort(traced, std::greater{}, [](const Row* row) { return row->traced_self_s(); });
    constexpr double left = 250, right = 450, top = 40, step = 20;
    std::string content = svg_text(left, 20, "end", "by cProfile") + svg_text(right, 20, "start", "by samples");
    for (std::size_t i = 0; i < sampled.size(); i++) {
        const auto place = std::ranges::find(traced, sampled[i]) - traced.begin();
        const double here = top + step * static_cast<double>(i), there = top + step * static_cast<double>(place);
        content += fmt::format("<line class=\"{}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>",
                               is_overcharged(*sampled[i]) ? "over" : "even", left + 6, there, right - 6, here);
        content += svg_text(left, there + 4, "end", short_name(*sampled[i]));
        content += svg_text(right, here + 4, "start", short_name(*sampled[i]));
    }
    return svg(700, static_cast<int>(top + step * static_cast<double>(sampled.size())),
               "Order of the functions by their own time, as cProfile and as the samples have it", content);
}

std::string tax_chart(const Comparison& comparison) {
    constexpr double left = 60, top = 20, width = 600, height = 220;
    constexpr double calls_decades = 9, first_decade = -6,
                     time_decades = 9;  // from a microsecond to a thousand seconds
    std::string points;
    for (const Row& row : comparison.rows) {
        const double beyond = row.traced_self_s() - row.sampled_self_s;
        if (!row.inflation || beyond <= 0) continue;
        const double x = std::log10(static_cast<double>(std::max<std::uint64_t>(1, row.counted->calls)));
        const double y = std::log10(beyond) - first_decade;
        if (x > calls_decades || y < 0 || y > time_decades) continue;
        points += fmt::format(
            "<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\"><title>{}: {} calls, {} beyond</title></circle>",
            is_overcharged(row) ? "over" : "even", left + width * x / calls_decades,
            top + height * (1 - y / time_decades), html_text(row.name), grouped(row.counted->calls),
            duration(static_cast<std::uint64_t>(beyond * 1e9)));
    }
    if (points.empty()) return "";
    std::string axes = fmt::format("<path class=\"axis\" d=\"M{} {}V{}H{}\"/>", left, top, top + height, left + width);
    for (const int decade : {0, 3, 6, 9}) {
        constexpr const char* calls[] = {"1 call", "1 000", "10⁶", "10⁹"};
        constexpr const char* times[] = {"1 us", "1 ms", "1 s", "1000 s"};
        const double part = decade / 9.0;
        axes += svg_text(left + width * part, top + height + 18, "middle", calls[decade / 3]);
        axes += svg_text(left - 6, top + height * (1 - part) + 4, "end", times[decade / 3]);
    }
    return svg(700, 270, "What cProfile has beyond the samples, by number of calls", axes + points);
}

}  // namespace pyprof::report
