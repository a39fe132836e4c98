#include "cli/terminal.h"

#include <cstdlib>

#include "tests/support/catch.h"

namespace pyprof::cli {
namespace {

TEST_CASE("Where stdout is no terminal, the width is COLUMNS or 100, and there are no colours") {
    unsetenv("COLUMNS");
    CHECK(!stdout_style().colour);
    CHECK(stdout_style().width == 100);
    setenv("COLUMNS", "72", 1);
    CHECK(stdout_style().width == 72);
    setenv("COLUMNS", "rubbish", 1);
    CHECK(stdout_style().width == 100);
    setenv("COLUMNS", "100000", 1);
    CHECK(stdout_style().width == 200);
    unsetenv("COLUMNS");
}

TEST_CASE("Bars are ASCII unless the locale is UTF-8") {
    setenv("LC_ALL", "C", 1);
    CHECK(!stdout_style().unicode);
    setenv("LC_ALL", "C.UTF-8", 1);
    CHECK(stdout_style().unicode);
    unsetenv("LC_ALL");
}

}  // namespace
}  // namespace pyprof::cli
