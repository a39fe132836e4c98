#include "report/sources.h"

#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::report {
namespace {

profile::Function function_in(const std::string& file) {
    profile::Function function;
    function.file = file;
    return function;
}

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

TEST_CASE("Frozen modules are read from the one standard library that ran") {
    const test_support::TemporaryFolder folder;
    const std::string library = folder / "lib/python3.11";
    std::filesystem::create_directories(library + "/importlib");
    std::ofstream{library + "/importlib/_bootstrap.py"} << "frozen line\n";
    profile::Profile profile = test_support::small_profile();
    profile.functions.push_back(function_in(library + "/functools.py"));
    profile.functions.push_back(function_in("/v/lib/python3.12/site-packages/numpy/g.py"));
    CHECK(Sources{profile}.line("<frozen importlib._bootstrap>", 1) == "frozen line");
    CHECK(Sources{profile}.line("<frozen absent>", 1).empty());
    profile.functions.push_back(function_in("/opt/lib/python3.12/functools.py"));
    CHECK(Sources{profile}.line("<frozen importlib._bootstrap>", 1).empty());
}

}  // namespace
}  // namespace pyprof::report
