#pragma once
// The one place that knows Catch2's version: 2 on Debian 12, 3 on Debian 13. Keep to what both share: TEST_CASE,
// SECTION, CHECK, REQUIRE, GENERATE, INFO, CAPTURE, Approx.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
