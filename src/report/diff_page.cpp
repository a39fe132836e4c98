#include "report/diff_page.h"

#include <algorithm>
#include <fmt/core.h>
#include <string_view>

#include "report/diff_flame.h"
#include "report/diff_text.h"
#include "report/html_text.h"

namespace pyprof::report {
namespace {

using diff::Difference;

// The policy names this sheet by the SHA-256 of its text (CSP level 3, 6.7.3.3), so a change here needs a new one; the
// test of the page says which.
constexpr std::string_view style_sheet = R"css(
:root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif; }
body { margin: 1.5rem auto; max-width: 90rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .6rem; text-align: right; white-space: nowrap; }
th { border-bottom: 1px solid GrayText; position: sticky; top: 0; background: Canvas; }
.name { text-align: left; white-space: normal; }
tbody tr:nth-child(odd) { background: color-mix(in srgb, CanvasText 5%, Canvas); }
.scroll { overflow: auto; max-height: 40rem; }
.flame { max-width: 100%; height: auto; } .flame text { fill: #111; font: 12px monospace; pointer-events: none; }
.key { vertical-align: middle; }
.same { fill: #e3e3dd; } .new { fill: url(#new); } .gone { fill: url(#gone); } .hatch { stroke: #111; stroke-opacity: .4; fill: none; }
.slower1 { fill: #fbd0b5; } .slower2 { fill: #f4976c; } .slower3 { fill: #e8602c; }
.faster1 { fill: #c3dcf2; } .faster2 { fill: #85b8e4; } .faster3 { fill: #3f8fd2; }
rect { stroke: #fff; stroke-width: .5; }
)css";
constexpr std::string_view style_hash = "sha256-95cRwByvmARcCIngOF7WiDcTwNkf7t7JRAzHEDqSba0=";

// A table whose columns of text stand to the left.
std::string html_table(const char* caption, const Table& table) {
    const std::size_t count = std::min(table.rows.size(), most_diff_rows);
    const auto mark = [&](std::size_t i) { return table.columns[i].number ? "" : " class=\"name\""; };
    std::string html = fmt::format("<div class=\"scroll\"><table><caption>{}</caption>\n<thead><tr>", caption);
    for (std::size_t i = 0; i < table.columns.size(); i++)
        html += fmt::format("<th scope=\"col\"{}>{}</th>", mark(i), html_text(table.columns[i].title));
    html += "</tr></thead>\n<tbody>\n";
    for (std::size_t row = 0; row < count; row++) {
        html += "<tr>";
        for (std::size_t i = 0; i < table.columns.size(); i++)
            html += fmt::format("<td{}>{}</td>", mark(i), html_text(table.rows[row][i].shown));
        html += "</tr>\n";
    }
    html += "</tbody></table></div>\n";
    if (count < table.rows.size())
        html += fmt::format("<p>{} further rows are left out.</p>\n", table.rows.size() - count);
    return html;
}

std::string colour_key() {
    constexpr std::pair<const char*, const char*> colours[] = {{"slower3", "slower by 30 % or more"},
                                                               {"slower2", "by 10 % or more"},
                                                               {"slower1", "by less"},
                                                               {"same", "no more than chance"},
                                                               {"faster1", "faster by less"},
                                                               {"faster2", "by 10 % or more"},
                                                               {"faster3", "by 30 % or more"},
                                                               {"new", "new"},
                                                               {"gone", "vanished"}};
    std::string html = "<p>";
    for (const auto& [style, meaning] : colours)
        html += fmt::format(
            "<svg class=\"key\" width=\"18\" height=\"14\" viewBox=\"0 0 18 14\" role=\"img\"><title>{1}</title>"
            "<rect class=\"{0}\" width=\"18\" height=\"14\"/></svg> {1} ",
            style, meaning);
    return html + "</p>\n";
}

std::string section(const char* title, const std::string& content) {
    return content.empty() ? "" : fmt::format("<h2>{}</h2>\n{}", title, content);
}

}  // namespace

std::string diff_page(const Difference& difference) {
    const std::string flame = diff_flame(difference);
    std::string html = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{0}'; base-uri 'none'; "
        "form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
        "<title>pyprof: run against run</title>\n<style>{1}</style>\n<main>\n<h1>Run against run</h1>\n",
        style_hash, style_sheet);
    html += html_list(diff_facts(difference));
    html += section("Where it became slower and faster", flame.empty() ? "" : flame + colour_key());
    html += section("Functions", html_table("Largest change first", diff_functions(difference, true)));
    html += section("Lines", html_table("Largest change first", diff_lines(difference, true)));
    html += section("How to read it", html_list(diff_legend(difference)));
    return html + "</main>\n</html>\n";
}

}  // namespace pyprof::report
