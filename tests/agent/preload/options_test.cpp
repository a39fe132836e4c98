#include "agent/preload/options.h"

#include <cstdlib>

#include "tests/support/catch.h"

using namespace pyprof::preload;

TEST_CASE("sizes take K, M and G; nonsense leaves the default") {
    CHECK(size_or("16M", 1) == 16u << 20);
    CHECK(size_or("512k", 1) == 512u << 10);
    CHECK(size_or("1G", 1) == 1u << 30);
    CHECK(size_or("100G", 1) == 2ULL << 30);
    CHECK(size_or("much", 5) == 5);
    CHECK(size_or("1", 5) == 5);
    CHECK(size_or(nullptr, 5) == 5);
}

TEST_CASE("without PYPROF_ACTIVE the agent does nothing") {
    unsetenv("PYPROF_ACTIVE");
    CHECK_FALSE(options_from_environment().active);
    setenv("PYPROF_ACTIVE", "1", 1);
    setenv("PYPROF_RATE", "97", 1);
    setenv("PYPROF_NATIVE", "0", 1);
    const Options options = options_from_environment();
    CHECK(options.active);
    CHECK(options.rate_hz == 97);
    CHECK_FALSE(options.native);
    CHECK(options.children);
    CHECK_FALSE(options.engine);
}

TEST_CASE("an engine is known by its name") {
    setenv("PYPROF_ACTIVE", "1", 1);
    setenv("PYPROF_ENGINE", "tgkill", 1);
    CHECK(options_from_environment().engine == pyprof::wire::Engine::tgkill);
    setenv("PYPROF_ENGINE", "sundial", 1);
    CHECK_FALSE(options_from_environment().engine);
    unsetenv("PYPROF_ENGINE");
}
