#include "merge/tables.h"

#include "tests/support/catch.h"

namespace pyprof::merge {
namespace {

profile::Function example() {
    profile::Function function;
    function.name = "step";
    function.system_name = "step";
    function.file = "heat.c";
    function.first_line = 3;
    return function;
}

TEST_CASE("functions are the same only if all their fields are") {
    profile::Profile profile;
    Tables tables{profile};
    const std::uint32_t first = tables.function(example());
    CHECK(tables.function(example()) == first);
    profile::Function other = example();
    SECTION("name") { other.name = "steps"; }
    SECTION("texts that only run together") { other.name = "ste", other.system_name = "pstep"; }
    SECTION("linkage name") { other.system_name = ""; }
    SECTION("file") { other.file = "heat.h"; }
    SECTION("line") { other.first_line = 4; }
    SECTION("module") { other.module = 0; }
    SECTION("domain") { other.domain = profile::Domain::mpi; }
    SECTION("machinery") { other.machinery = true; }
    SECTION("named") { other.named = false; }
    CHECK(tables.function(other) != first);
    CHECK(profile.functions.size() == 2);
}

TEST_CASE("locations and contexts are kept once") {
    profile::Profile profile;
    Tables tables{profile};
    const std::uint32_t plain = tables.location({1, 2, false, false});
    CHECK(tables.location({1, 2, false, false}) == plain);
    CHECK(tables.location({2, 1, false, false}) != plain);
    CHECK(tables.location({1, 2, true, false}) != plain);
    CHECK(tables.location({1, 2, false, true}) != plain);
    const std::uint32_t root = tables.context({});
    const std::uint32_t child = tables.context({root, plain});
    CHECK(root == 0);
    CHECK(tables.context({root, plain}) == child);
    CHECK(tables.context({child, plain}) != child);
    CHECK(profile.contexts.size() == 3);
}

}  // namespace
}  // namespace pyprof::merge
