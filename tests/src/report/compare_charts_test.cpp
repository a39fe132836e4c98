#include "report/compare_charts.h"

#include "tests/support/catch.h"

namespace pyprof::report {
namespace {

compare::Row row(const std::string& name, double traced_s, double sampled_s, std::uint64_t calls) {
    compare::Row row;
    row.name = name;
    row.counted = tracers::Counts{calls, calls, traced_s, traced_s};
    row.samples = 100;
    row.sampled_self_s = sampled_s;
    row.inflation = traced_s / sampled_s;
    return row;
}

TEST_CASE("Functions that change places have lines that cross") {
    compare::Comparison comparison;
    comparison.rows = {row("often", 3, 1, 1000), row("long", 2, 2, 1)};
    comparison.rows[0].flags = {compare::Flag::overcharged};
    const std::string chart = slope_chart(comparison);
    CHECK(chart.find("<line class=\"over\" x1=\"256\" y1=\"40\" x2=\"444\" y2=\"60\"/>") != std::string::npos);
    CHECK(chart.find("<line class=\"even\" x1=\"256\" y1=\"60\" x2=\"444\" y2=\"40\"/>") != std::string::npos);
}

TEST_CASE("One function has no order") {
    compare::Comparison comparison;
    comparison.rows = {row("only", 3, 1, 1000)};
    CHECK(slope_chart(comparison).empty());
}

TEST_CASE("The tax stands at its number of calls") {
    compare::Comparison comparison;
    comparison.rows = {row("taxed", 1.001, 0.001, 1000), row("faster", 0.5, 1, 1000)};
    const std::string chart = tax_chart(comparison);
    // A third of the way along the calls, two thirds of the way up from a microsecond to a thousand seconds.
    CHECK(chart.find("cx=\"260.0\" cy=\"93.3\"") != std::string::npos);
    CHECK(chart.find("faster") == std::string::npos);
}

TEST_CASE("Nothing beyond the samples is no chart") {
    compare::Comparison comparison;
    comparison.rows = {row("faster", 0.5, 1, 1000)};
    CHECK(tax_chart(comparison).empty());
}

}  // namespace
}  // namespace pyprof::report
