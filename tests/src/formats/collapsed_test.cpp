#include "formats/collapsed.h"

#include <sstream>

#include "profile/sums.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

namespace pyprof::formats {
namespace {

TEST_CASE("Stacks are lines, outermost first, with their weight") {
    const std::string period = std::to_string(test_support::ProfileBuilder::period_ns * 10);
    const std::string three = std::to_string(test_support::ProfileBuilder::period_ns * 30);
    CHECK(collapsed(test_support::small_profile(), Granularity::function) ==
          "main (app.py) " + period + "\nmain (app.py);work (app.py) " + three + "\n");
    CHECK(collapsed(test_support::small_profile(), Granularity::line) ==
          "main (app.py:12) " + period + "\nmain (app.py:12);work (app.py:3) " + three + "\n");
}

TEST_CASE("Weights sum to the total, and every line has one space before its number") {
    const profile::Profile profile = test_support::sample_profile();
    const Granularity granularity = GENERATE(Granularity::function, Granularity::line);
    std::istringstream lines{collapsed(profile, granularity)};
    std::uint64_t sum = 0;
    for (std::string line; std::getline(lines, line);) {
        const std::size_t space = line.rfind(' ');
        REQUIRE(space != std::string::npos);
        const std::string number = line.substr(space + 1);
        REQUIRE(number.find_first_not_of("0123456789") == std::string::npos);
        sum += std::stoull(number);
    }
    CHECK(sum == profile::sum_all(profile).weight);
}

TEST_CASE("Names cannot break a line or add a frame") {
    const std::string text = collapsed(test_support::sample_profile(), Granularity::function);
    CHECK(text.find("a:b (") != std::string::npos);
    CHECK(text.find("line end  tab (") != std::string::npos);
    CHECK(text.find("(unnamed) (") != std::string::npos);
}

TEST_CASE("Samples without a stack are a frame of their own") {
    test_support::ProfileBuilder make;
    make.add(0, make.thread(make.process(-1, 1, "here"), 1, "", true), 1);
    CHECK(collapsed(make.build(), Granularity::function) == "(no stack) 5025125\n");
}

}  // namespace
}  // namespace pyprof::formats
