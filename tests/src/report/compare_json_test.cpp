#include "report/compare_json.h"

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

namespace pyprof::report {
namespace {

using nlohmann::json;

compare::Comparison example() {
    compare::Comparison comparison;
    comparison.mode = "cpu";
    compare::Row both, sampled_only;
    both.key = {"/app.py", 3, "f"};
    both.counted = tracers::Counts{4, 2, 0.5, 0.75};
    both.samples = 40;
    both.sampled_self_s = 0.25;
    both.sampled_self_ci = {0.2, 0.3};
    both.inflation = 2;
    both.builtins = {{"<len>", 7, 0.125}};
    both.flags = {compare::Flag::overcharged, compare::Flag::hidden_native};
    sampled_only.name = "caf\xe9";  // Latin-1
    comparison.rows = {both, sampled_only};
    return comparison;
}

TEST_CASE("Every figure of a function is there, and null is what a side does not have") {
    const json document = json::parse(compare_json(example(), 0));
    CHECK(document["schema"] == "pyprof.compare/1");
    const json& both = document["functions"][0];
    CHECK(both["ncalls"] == 4);
    CHECK(both["cprofile_self_s"] == 0.5);
    CHECK(both["cprofile_total_s"] == 0.75);
    CHECK(both["sampled_self_ci_s"] == json{0.2, 0.3});
    CHECK(both["inflation"] == 2.0);
    CHECK(both["flags"] == json{"overcharged", "hidden_native"});
    CHECK(both["builtins"][0]["ncalls"] == 7);
    CHECK(both["split"]["gil"].is_null());  // CPU time does not see waiting
    const json& sampled = document["functions"][1];
    CHECK(sampled["ncalls"].is_null());
    CHECK(sampled["cprofile_self_s"].is_null());
    CHECK(sampled["inflation"].is_null());
    CHECK(document["bare_wall_s"].is_null());
}

TEST_CASE("Lines of line_profiler are a list of their own") {
    compare::Comparison comparison;
    comparison.tracer = "line_profiler";
    comparison.lines.resize(2);
    comparison.lines[0].hits = 5;
    comparison.lines[0].traced_s = 0.5;
    const json document = json::parse(compare_json(comparison, 0));
    CHECK(document["tracer"] == "line_profiler");
    CHECK(document["functions"].empty());
    CHECK(document["lines"][0]["time_s"] == 0.5);
    CHECK(document["lines"][1]["hits"].is_null());
    CHECK(document["lines"][1]["time_s"].is_null());
}

TEST_CASE("The list ends where it is asked to") {
    CHECK(json::parse(compare_json(example(), 1))["functions"].size() == 1);
}

TEST_CASE("A section of a page has the document, its sentences, and how ranks differ") {
    compare::Comparison comparison;
    comparison.ranks = 4;
    comparison.rows.resize(2);
    comparison.rows[0].counted = tracers::Counts{8, 8, 6, 6};
    comparison.rows[0].builtin_calls = 3;
    comparison.rows[0].traced_ranks = {.processes = 4, .min_s = 1, .max_s = 2.5, .argmin = 3, .argmax = 0};
    comparison.rows[1].counted = tracers::Counts{1, 1, 2, 2};
    comparison.rows[1].traced_ranks = {.processes = 1, .min_s = 2, .max_s = 2, .argmin = 2, .argmax = 2};
    const nlohmann::ordered_json section = compare_section(comparison);
    CHECK(section.at("schema") == "pyprof.compare/1");
    CHECK(!section.at("facts").empty());
    CHECK(section.at("legend").size() > 1);
    CHECK(section.at("functions")[0].at("builtin_calls") == 3);
    const auto& ranks = section.at("functions")[0].at("ranks");
    CHECK((ranks.at("min") == 1.0 && ranks.at("mean") == 1.5 && ranks.at("max") == 2.5));
    CHECK(ranks.at("argmin") == 3);
    // Ranks that did not call it took no time.
    CHECK(section.at("functions")[1].at("ranks").at("min") == 0);
    CHECK(section.at("functions")[1].at("ranks").at("argmin") == -1);
}

}  // namespace
}  // namespace pyprof::report
