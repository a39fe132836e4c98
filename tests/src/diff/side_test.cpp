#include "diff/side.h"

#include <string_view>

#include "profile/select.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

namespace pyprof::diff {
namespace {

const FunctionSum& function(const Side& side, std::string_view name) {
    const auto found = std::ranges::find(side.functions, name, [](const FunctionSum& each) { return each.key.name; });
    REQUIRE(found != side.functions.end());
    return *found;
}

TEST_CASE("Exclusive sums make up the whole, and functions with one key are one") {
    const profile::Profile profile = profile::without_machinery(test_support::sample_profile());
    const Side side = sums_of(profile);
    std::uint64_t self = 0;
    for (const FunctionSum& each : side.functions) self += each.self.weight;
    CHECK(self == side.all.weight);
    CHECK(side.workers == 2);
    CHECK(std::ranges::is_sorted(side.functions, {}, &FunctionSum::key));
    CHECK(side.of_function.size() == profile.functions.size());
    CHECK(function(side, "stencil").key.place == "/home/user/heat/kernel.c");
    CHECK(function(side, "dgemm_kernel_HASWELL").key.place == "libopenblas.so.0");
    CHECK(function(side, "recurse").total.samples == 10);
}

TEST_CASE("A Python line has the native code that it calls directly") {
    const Side side = sums_of(profile::without_machinery(test_support::sample_profile()));
    const FunctionSum& step = function(side, "Solver.step");
    REQUIRE(step.lines.contains(42));
    const LineSum& line = step.lines.at(42);
    CHECK(line.own.weight == line.total.weight);  // it calls no Python
    CHECK(line.own.samples > step.self.samples);
    CHECK(step.own.weight == line.own.weight);
    CHECK(function(side, "stencil").own.weight == function(side, "stencil").self.weight);
    const FunctionSum& main_module = function(side, "<module>");
    CHECK(main_module.lines.at(88).own.weight < main_module.lines.at(88).total.weight);
}

TEST_CASE("Two lambdas of one file are one function with lines of its own") {
    test_support::ProfileBuilder make;
    const std::uint32_t thread = make.thread(make.process(-1, 1, "here"), 1, "", true);
    make.add(make.path(0, {make.location(make.python("<lambda>", "/a.py", 3), 3)}), thread, 5);
    make.add(make.path(0, {make.location(make.python("<lambda>", "/a.py", 9), 9)}), thread, 7);
    const Side side = sums_of(make.build());
    REQUIRE(side.functions.size() == 1);
    CHECK(side.functions[0].first_lines == std::set<std::uint32_t>{3, 9});
    CHECK(side.functions[0].self.samples == 12);
    CHECK(side.functions[0].lines.at(9).total.samples == 7);
    CHECK(side.workers == 1);
}

}  // namespace
}  // namespace pyprof::diff
