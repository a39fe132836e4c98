#include "cli/environment.h"

#include <string>

#include "tests/support/catch.h"

using pyprof::cli::Environment;

TEST_CASE("An environment knows what it was made of and what was set since") {
    const char* block[] = {"HOME=/home/a", "HOMES=two", "EMPTY=", "EQUAL=a=b", nullptr};
    Environment environment{block};
    CHECK(environment.get("HOME") == "/home/a");
    CHECK(environment.get("EQUAL") == "a=b");
    CHECK_FALSE(environment.has("EMPTY"));
    CHECK_FALSE(environment.has("HOM"));
    environment.set("HOME", "/home/b");
    environment.set("NEW", "1");
    environment.unset("HOMES");
    CHECK(environment.get("HOME") == "/home/b");
    const auto pointers = environment.block();
    REQUIRE(pointers.size() == 5);
    CHECK(std::string{pointers[0]} == "HOME=/home/b");
    CHECK(std::string{pointers[3]} == "NEW=1");
    CHECK(pointers.back() == nullptr);
}
