#include "report/compare_page.h"

#include <algorithm>
#include <fmt/core.h>
#include <string_view>

#include "report/compare_charts.h"
#include "report/compare_text.h"
#include "report/html_text.h"
#include "report/words.h"

namespace pyprof::report {
namespace {

using compare::Comparison;
using compare::Row;

// The policy names this sheet by the SHA-256 of its text (CSP level 3, 6.7.3.3), so a change here needs a new one; the
// test of the page says which.
constexpr std::string_view style_sheet = R"css(
:root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif; }
body { margin: 1.5rem auto; max-width: 90rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .6rem; text-align: right; white-space: nowrap; }
th { border-bottom: 1px solid GrayText; position: sticky; top: 0; background: Canvas; }
th:last-child, td:last-child { text-align: left; white-space: normal; }
tbody tr:nth-child(odd) { background: color-mix(in srgb, CanvasText 5%, Canvas); }
.over { stroke: #d55e00; fill: #d55e00; } .even { stroke: #0072b2; fill: #0072b2; }
line { stroke-width: 2; } text { fill: CanvasText; font-size: 13px; } .axis { stroke: GrayText; fill: none; }
svg { max-width: 100%; height: auto; } .scroll { overflow-x: auto; }
)css";
constexpr std::string_view style_hash = "sha256-jxPulECGzXtuQELP5zX7QASXmfvNk5Pwlbp+FQ/1uow=";

std::string times_of(const std::string& title, const std::vector<compare::NamedTime>& times) {
    if (times.empty()) return "";
    std::vector<std::string> lines;
    for (const compare::NamedTime& time : times)
        lines.push_back(fmt::format("{}: {}{}", time.name, duration(static_cast<std::uint64_t>(time.time_s * 1e9)),
                                    time.calls == 0 ? "" : ", " + counted(time.calls, "call")));
    return html_text(title) + html_list(lines);
}

// Where cProfile stops, and what the samples have there.
std::string below(const Row& row) {
    if (row.builtins.empty() && row.native.empty()) return "";
    return "<details><summary>below</summary>" +
           times_of("Built-in functions that it called, by cProfile", row.builtins) +
           times_of("Native functions, by samples", row.native) + "</details>";
}

std::string table_of(const Comparison& comparison) {
    const Table table = compare_table(comparison);
    const std::size_t count = std::min(table.rows.size(), most_page_functions);
    std::string html = fmt::format("<div class=\"scroll\"><table><caption>{}</caption>\n<thead><tr>",
                                   comparison.lines.empty() ? "Functions, largest first" : "Lines, by file");
    for (const Column& column : table.columns)
        html += fmt::format("<th scope=\"col\">{}</th>", html_text(column.title.empty() ? "flags" : column.title));
    html += "</tr></thead>\n<tbody>\n";
    for (std::size_t i = 0; i < count; i++) {
        html += "<tr>";
        for (std::size_t j = 0; j < table.columns.size(); j++) {
            const bool is_last = j + 1 == table.columns.size();
            html += "<td>" + html_text(table.rows[i][j].shown) +
                    (is_last && comparison.lines.empty() ? below(comparison.rows[i]) : "") + "</td>";
        }
        html += "</tr>\n";
    }
    html += "</tbody></table></div>\n";
    if (count < table.rows.size())
        html += fmt::format("<p>{} further rows are left out.</p>\n", table.rows.size() - count);
    return html;
}

std::string section(const char* title, const std::string& content) {
    return content.empty() ? "" : fmt::format("<h2>{}</h2>\n{}", title, content);
}

}  // namespace

std::string compare_page(const Comparison& comparison) {
    std::string html = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{0}'; base-uri 'none'; "
        "form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
        "<title>pyprof: samples beside {2}</title>\n<style>{1}</style>\n<main>\n<h1>Samples beside {2}</h1>\n",
        style_hash, style_sheet, comparison.tracer);
    html += html_list(compare_facts(comparison));
    html += section("Which function is hottest", slope_chart(comparison));
    html += section("What cProfile adds, call by call", tax_chart(comparison));
    html += section(comparison.lines.empty() ? "Functions" : "Lines", table_of(comparison));
    html += section("How to read it", html_list(compare_legend(comparison)));
    return html + "</main>\n</html>\n";
}

}  // namespace pyprof::report
