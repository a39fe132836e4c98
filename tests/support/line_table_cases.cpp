#include "tests/support/line_table_cases.h"

#include <map>
#include <sstream>

#include "gather/line_table.h"

namespace pyprof::test_support {
namespace {

std::string from_hex(const std::string& hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return bytes;
}

std::map<std::int64_t, std::uint32_t> ranges_of(const std::string& text) {
    std::map<std::int64_t, std::uint32_t> ranges;
    std::istringstream parts{text};
    for (std::string part; std::getline(parts, part, ',');) {
        const std::size_t colon = part.find(':');
        ranges[std::stol(part.substr(0, colon))] = static_cast<std::uint32_t>(std::stoul(part.substr(colon + 1)));
    }
    return ranges;
}

}  // namespace

LineTableVerdict check_line_tables(std::istream& cases) {
    LineTableVerdict verdict;
    std::uint32_t kind = 0;
    std::int32_t first_line = 0;
    std::int64_t units = 0;
    std::string table, ranges;
    while (cases >> kind >> first_line >> table >> units >> ranges) {
        ++verdict.cases;
        const std::string bytes = table == "-" ? "" : from_hex(table);
        const gather::LineTable lines{static_cast<wire::LineTableKind>(kind), first_line, 0, bytes};
        const auto expected = ranges_of(ranges);
        for (std::int64_t unit = 0; unit < units; ++unit) {
            ++verdict.units;
            const auto after = expected.upper_bound(unit);
            const std::uint32_t wanted = after == expected.begin() ? 0 : std::prev(after)->second;
            if (lines.line_of(unit) == wanted) continue;
            verdict.differences.push_back("kind " + std::to_string(kind) + ", table " + table + ": unit " +
                                          std::to_string(unit) + " is on line " + std::to_string(wanted) + ", not " +
                                          std::to_string(lines.line_of(unit)));
            break;
        }
    }
    return verdict;
}

}  // namespace pyprof::test_support
