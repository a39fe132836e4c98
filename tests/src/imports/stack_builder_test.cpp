#include "imports/stack_builder.h"

#include <limits>

#include "tests/support/catch.h"

namespace pyprof::imports {
namespace {

TEST_CASE("Equal stacks of one thread are one value, and values are in order") {
    StackBuilder build{{"cpu", "nanoseconds"}, "a test"};
    profile::Function f, g;
    f.name = "f";
    g.name = "g";
    const std::uint32_t outer = build.context(0, build.location({build.function(f), 1, false, false}));
    const std::uint32_t inner = build.context(outer, build.location({build.function(g), 2, false, false}));
    const std::uint32_t one = build.thread({.rank = -1, .pid = 7, .tid = 8, .host = "h", .name = "x"});
    const std::uint32_t two = build.thread({.rank = -1, .pid = 7, .tid = 9, .host = "h", .name = "y"});
    REQUIRE(build.add(inner, two, 1, 10));
    REQUIRE(build.add(outer, one, 1, 10));
    REQUIRE(build.add(inner, two, 2, 5));
    const Result<profile::Profile> profile = build.finish();
    REQUIRE(profile);
    CHECK(profile->values == std::vector<profile::Value>{{outer, one, 1, 10}, {inner, two, 3, 15}});
    CHECK(profile->processes.size() == 1);
    CHECK(profile->threads.size() == 2);
    CHECK(profile->run.cpu_ns == 25);
    CHECK(profile->run.notes.front().starts_with("Imported from a test;"));
    CHECK(!stands_for_ranks(profile->processes.front()));
}

TEST_CASE("Sums that do not fit are an error, and so is nothing") {
    StackBuilder build{{"cpu", "nanoseconds"}, "a test"};
    CHECK(!build.finish());
    const std::uint32_t thread = build.thread({});
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    CHECK(build.add(0, thread, 0, most));
    CHECK(!build.add(0, thread, 0, 1));
}

TEST_CASE("Units of time become nanoseconds, others stay") {
    CHECK(time_unit("microseconds") == std::pair<std::string, double>{"nanoseconds", 1e3});
    CHECK(time_unit("s") == std::pair<std::string, double>{"nanoseconds", 1e9});
    CHECK(time_unit("bytes") == std::pair<std::string, double>{"bytes", 1});
}

TEST_CASE("Domains are told by files and names") {
    CHECK(domain_of("f", "/a/b.py") == profile::Domain::python);
    CHECK(domain_of("_load", "<frozen importlib>") == profile::Domain::python);
    CHECK(domain_of("main", "main.go") == profile::Domain::native);
    CHECK(domain_of("MPI_Send", "libmpi.so") == profile::Domain::mpi);
}

}  // namespace
}  // namespace pyprof::imports
