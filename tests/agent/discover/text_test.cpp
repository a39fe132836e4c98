#include "agent/discover/text.h"

#include <string>

#include "tests/support/catch.h"

using namespace pyprof::discover;

TEST_CASE("text that does not fit is cut and says so") {
    char small[8];
    TextBuilder builder{small, sizeof small};
    builder.add("abc").add(std::uint64_t{1234}).add("x");
    CHECK(std::string{small} == "abc1234");
    CHECK(builder.cut());
}

TEST_CASE("numbers are read as far as they go") {
    CHECK(number_or("42x", -1) == 42);
    CHECK(number_or("x", -1) == -1);
    CHECK(number_or(nullptr, 7) == 7);
    CHECK(number_or("99999999999999999999999", -1) > 0);
}

TEST_CASE("a base name is what follows the last slash") {
    CHECK(std::string{base_name("/usr/bin/python3")} == "python3");
    CHECK(std::string{base_name("python3")} == "python3");
}
