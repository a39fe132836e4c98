#include "cli/outcome.h"

#include "tests/support/catch.h"

namespace pyprof::cli {
namespace {

TEST_CASE("Damage of the input makes a verb end otherwise than success") {
    CHECK(finish("", "") == exit_code::success);
    CHECK(finish("", "file: cut") == exit_code::unreadable);
    CHECK(fail(exit_code::usage, "wrong") == exit_code::usage);
}

}  // namespace
}  // namespace pyprof::cli
