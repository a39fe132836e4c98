#include "agent/mpi/waiting.h"

#include "tests/agent/mpi/fake_mpi.h"
#include "tests/support/catch.h"

using namespace pyprof::mpi;
using namespace pyprof::test_support;
using namespace std::chrono_literals;

TEST_CASE("Waiting ends when the request is complete") {
    FakeWorld world{1};
    FakeLibrary library{world, 0};
    CHECK(wait_until(library, library.barrier(), Clock::now() + 30s));
}

TEST_CASE("Waiting ends at the deadline") {
    FakeWorld world{2};
    FakeLibrary library{world, 0};
    CHECK_FALSE(wait_until(library, library.barrier(), Clock::now() + 20ms));
    CHECK_FALSE(wait_until(library, library.barrier(), Clock::now() - 1s));
}

TEST_CASE("A request that was not started is not waited for") {
    FakeWorld world{1};
    FakeLibrary library{world, 0};
    CHECK_FALSE(wait_until(library, std::nullopt, Clock::now() + 1h));
}
