#include "cli/compare_page.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::cli {
namespace {

using compare::FunctionKey;

tracers::CallStatistics counted(const profile::Function& function) {
    tracers::CallStatistics statistics;
    statistics.functions = {{function.file, function.first_line, function.name, {5, 5, 0.25, 0.5}, {}}};
    return statistics;
}

TEST_CASE("The page is the profile's, and rows know their functions in it") {
    const profile::Profile profile = test_support::small_profile();
    const auto python = std::ranges::find(profile.functions, profile::Domain::python, &profile::Function::domain);
    compare::Comparer comparer;
    const std::int32_t rank = profile.processes.front().rank;
    REQUIRE(comparer.add(profile, {{rank, counted(*python)}}));
    const Result<Page> page = compare_page(comparer.compare(), profile, false);
    REQUIRE(page);
    const nlohmann::json& section = page->parts.comparison;
    CHECK(section.at("schema") == "pyprof.compare/1");
    CHECK(section.at("facts").size() > 1);
    bool has_counted = false;
    for (const auto& function : section.at("functions")) {
        REQUIRE(function.contains("id"));
        CHECK(page->profile.functions.at(function.at("id").get<std::size_t>()).name ==
              function.at("name").get<std::string>());
        has_counted |= function.at("ncalls") == 5;
    }
    CHECK(has_counted);
}

}  // namespace
}  // namespace pyprof::cli
