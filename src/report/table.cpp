#include "report/table.h"

#include <algorithm>
#include <fmt/core.h>
#include <string_view>

#include "base/csv_field.h"
#include "report/words.h"

namespace pyprof::report {
namespace {

constexpr std::size_t gap = 2;

std::string markdown_field(const std::string& text) {
    std::string field;
    for (const char c : printable(text)) {
        if (std::string_view{"\\`*_{}[]<>()#+!|~&$"}.find(c) != std::string_view::npos) field += '\\';
        field += c;
    }
    return field;
}

template <class Field>
std::string joined(std::size_t count, const char* separator, Field field) {
    std::string line;
    for (std::size_t i = 0; i < count; i++) line += (i == 0 ? "" : separator) + field(i);
    return line;
}

// Without the columns that are for programs.
Table for_people(const Table& table) {
    Table result;
    for (const Column& column : table.columns)
        if (!column.detail) result.columns.push_back(column);
    for (const std::vector<Cell>& row : table.rows) {
        std::vector<Cell>& cells = result.rows.emplace_back();
        for (std::size_t i = 0; i < row.size(); i++)
            if (!table.columns[i].detail) cells.push_back(row[i]);
    }
    return result;
}

// The width of every column; what the last one may take is what style.width leaves.
std::vector<std::size_t> widths_of(const Table& table, const Style& style) {
    std::vector<std::size_t> widths;
    std::size_t used = 0;
    for (std::size_t i = 0; i < table.columns.size(); i++) {
        std::size_t width = columns(table.columns[i].title);
        for (const std::vector<Cell>& row : table.rows) width = std::max(width, columns(printable(row[i].shown)));
        const bool last = i + 1 == table.columns.size();
        if (last && used + width > style.width) width = used < style.width ? style.width - used : 1;
        widths.push_back(width);
        used += width + gap;
    }
    return widths;
}

std::string text_line(const Table& table, const std::vector<std::string>& fields,
                      const std::vector<std::size_t>& widths, const Style& style) {
    std::string line;
    for (std::size_t i = 0; i < fields.size(); i++) {
        if (i > 0) line += std::string(gap, ' ');
        const std::string field = fitted(fields[i], std::min(widths[i], columns(fields[i])), style.unicode);
        const std::string padding(widths[i] - columns(field), ' ');
        line += table.columns[i].number ? padding + field : field + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + '\n';
}

}  // namespace

Cell text_cell(const std::string& text) { return {text, text}; }
Cell count_cell(std::uint64_t number) { return {grouped(number), std::to_string(number)}; }
Cell share_cell(double share) { return {percent(share), fmt::format("{:.6f}", share)}; }
Cell time_cell(std::uint64_t ns) { return {duration(ns), std::to_string(ns)}; }
Cell bytes_cell(std::uint64_t number) { return {bytes(number), std::to_string(number)}; }
Cell ratio_cell(double ratio) { return {fmt::format("{:.2f}", ratio), fmt::format("{:.6f}", ratio)}; }

std::string as_text(const Table& whole, const Style& style) {
    const Table table = for_people(whole);
    const std::vector<std::size_t> widths = widths_of(table, style);
    std::vector<std::string> titles;
    for (const Column& column : table.columns) titles.push_back(column.title);
    std::string text = text_line(table, titles, widths, style);
    for (const std::vector<Cell>& row : table.rows) {
        std::vector<std::string> fields;
        for (const Cell& cell : row) fields.push_back(printable(cell.shown));
        text += text_line(table, fields, widths, style);
    }
    return text;
}

std::string as_coloured_text(const Table& table, const Style& style,
                             const std::function<std::string(std::size_t)>& code_of) {
    const std::string text = as_text(table, style);
    if (!style.colour) return text;
    std::string result;
    std::size_t begin = 0;
    for (std::size_t row = 0; begin < text.size(); row++) {
        const std::size_t end = text.find('\n', begin);
        const std::string line = text.substr(begin, end - begin);
        const std::string code = row == 0 ? "1" : code_of(row - 1);
        result += code.empty() ? line + "\n" : fmt::format("\033[{}m{}\033[0m\n", code, line);
        begin = end + 1;
    }
    return result;
}

std::string as_csv(const Table& table) {
    const std::size_t count = table.columns.size();
    std::string text = joined(count, ",", [&](std::size_t i) { return csv_field(table.columns[i].key); }) + '\n';
    for (const std::vector<Cell>& row : table.rows) {
        text += joined(count, ",", [&](std::size_t i) { return csv_field(row[i].exact); }) + '\n';
    }
    return text;
}

std::string as_markdown(const Table& whole) {
    const Table table = for_people(whole);
    const std::size_t count = table.columns.size();
    const auto line = [&](auto field) { return "| " + joined(count, " | ", field) + " |\n"; };
    std::string text = line([&](std::size_t i) { return markdown_field(table.columns[i].title); });
    text += line([&](std::size_t i) { return std::string{table.columns[i].number ? "---:" : "---"}; });
    for (const std::vector<Cell>& row : table.rows) {
        text += line([&](std::size_t i) { return markdown_field(row[i].shown); });
    }
    return text;
}

}  // namespace pyprof::report
