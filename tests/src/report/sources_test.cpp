#include "report/sources.h"

#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::report {
namespace {

TEST_CASE("Lines are counted from one and lose their indentation") {
    const test_support::TemporaryFolder folder;
    std::ofstream{folder / "a.py"} << "first\n\t  second\n\n";
    Sources sources{test_support::small_profile()};
    CHECK(sources.line(folder / "a.py", 1) == "first");
    CHECK(sources.line(folder / "a.py", 2) == "second");
    CHECK(sources.line(folder / "a.py", 3).empty());
    CHECK(sources.line(folder / "a.py", 4).empty());
    CHECK(sources.line(folder / "a.py", 0).empty());
}

TEST_CASE("What is not a readable regular file has no lines") {
    Sources sources{test_support::small_profile()};
    CHECK(sources.line("/dev/zero", 1).empty());
    CHECK(sources.line("/tmp", 1).empty());
    CHECK(sources.line("<frozen importlib._bootstrap>", 1).empty());
    CHECK(sources.line("", 1).empty());
}

}  // namespace
}  // namespace pyprof::report
