#include "report/compare_text.h"

#include <fstream>
#include <sstream>

#include "report/words.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::report {
namespace {

compare::Comparison example() {
    compare::Comparison comparison;
    comparison.mode = "wall";
    comparison.calls = 3'000'000;
    comparison.traced_s = 1.5;
    comparison.sampled_s = 0.5;
    comparison.samples = 100;
    comparison.tax_per_call_s = 2e-7;
    compare::Row row;
    row.key = {"/home/u/\033[31mapp.py", 13, "f"};
    row.name = "f\nevil\u202e";
    row.counted = tracers::Counts{3'000'000, 3'000'000, 1.25, 1.5};
    row.builtin_s = 0.125;
    row.samples = 80;
    row.sampled_self_s = 0.4;
    row.sampled_self_ci = {0.3, 0.5};
    row.split_s[0] = 0.3;
    row.split_s[1] = 0.1;
    row.inflation = 3.4375;
    row.flags = {compare::Flag::overcharged};
    comparison.rows = {row};
    return comparison;
}

TEST_CASE("A row has both sides, how the samples divide, and its flags") {
    const std::string text = compare_text(example(), 0, {120, true, false});
    CHECK(text.find("3 000 000  1250  125   1500      400  100") != std::string::npos);
    CHECK(text.find("75/25/0/0   3.44  O") != std::string::npos);
    CHECK(text.find("200 ns for each call") != std::string::npos);
}

TEST_CASE("Lines keep to the width, and names cannot leave their line") {
    compare::Comparison comparison = example();
    comparison.rows.resize(40, comparison.rows[0]);
    comparison.rows.back().name = std::string(500, 'x');
    comparison.notes = {
        "A note of many words that says something which a reader must see before anything else, surely."};
    for (const std::size_t width : {80UL, 100UL, 200UL}) {
        std::istringstream lines{compare_text(comparison, 40, {width, false, false})};
        for (std::string line; std::getline(lines, line);) {
            CHECK(columns(line) <= width);
            CHECK(line.find('\033') == std::string::npos);
        }
    }
}

TEST_CASE("Colours come only where they are asked for") {
    CHECK(compare_text(example(), 0, {100, true, false}).find('\033') == std::string::npos);
    CHECK(compare_text(example(), 0, {100, true, true}).find("\033[1m") != std::string::npos);
}

TEST_CASE("As many functions are shown as are asked for") {
    compare::Comparison comparison = example();
    comparison.rows.resize(40, comparison.rows[0]);
    const auto rows = [&](std::size_t limit) {
        const std::string text = compare_text(comparison, limit, {120, true, false});
        std::size_t count = 0;
        for (std::size_t at = text.find("3 000 000  "); at != std::string::npos; at = text.find("3 000 000  ", at + 1))
            count++;
        return count;
    };
    CHECK(rows(0) == compared_functions);
    CHECK(rows(3) == 3);
    CHECK(rows(100) == 40);
}

TEST_CASE("Lines have their source, where it can be had") {
    const test_support::TemporaryFolder folder;
    std::ofstream{folder / "app.py"} << "def f(n):\n    return n + 1\n";
    compare::Comparison comparison;
    comparison.tracer = "line_profiler";
    comparison.mode = "wall";
    compare::LineRow row;
    row.file = folder / "app.py";
    row.function = "f";
    row.line = 2;
    row.hits = 1000;
    row.traced_s = 0.5;
    row.samples = 50;
    row.sampled_s = 0.25;
    row.sampled_ci = {0.2, 0.3};
    row.inflation = 2;
    comparison.lines = {row};
    const std::string text = compare_text(comparison, 0, {120, true, false});
    INFO(text);
    CHECK(text.find("1 000   500      250  50.0   2.00  app.py:2  return n + 1") != std::string::npos);
    CHECK(text.find("line_profiler counted hits of 1 line") != std::string::npos);
    CHECK(text.find("cProfile") == std::string::npos);
}

TEST_CASE("Facts of runs stand where the program was run") {
    compare::Comparison comparison = example();
    comparison.bare_wall_s = 2.0;
    comparison.sampled_wall_s = 2.01;
    comparison.cprofile_wall_s = 4.0;
    comparison.tracing_s = 0.5;
    const std::string text = compare_text(comparison, 0, {200, true, false});
    CHECK(text.find("bare 2.00 s, sampled 2.01 s (+0.5 %), with cProfile 4.00 s (+100.0 %)") != std::string::npos);
    CHECK(text.find("cProfile itself took 500 ms of the sampled run (50.0 %)") != std::string::npos);
}

}  // namespace
}  // namespace pyprof::report
