// Reads cases (line_table_cases.h) and says what differs; fails if anything does or if there was no case.
#include <cstdio>
#include <iostream>

#include "tests/support/line_table_cases.h"

int main() {
    const auto verdict = pyprof::test_support::check_line_tables(std::cin);
    for (const std::string& difference : verdict.differences) std::printf("%s\n", difference.c_str());
    std::printf("%zu tables, %zu units, %zu tables differ\n", verdict.cases, verdict.units, verdict.differences.size());
    return verdict.cases != 0 && verdict.differences.empty() ? 0 : 1;
}
