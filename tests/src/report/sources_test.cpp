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
    CHECK(sources.line(function_in(folder / "a.py"), 1) == "first");
    CHECK(sources.line(function_in(folder / "a.py"), 2) == "second");
    CHECK(sources.line(function_in(folder / "a.py"), 3).empty());
    CHECK(sources.line(function_in(folder / "a.py"), 4).empty());
    CHECK(sources.line(function_in(folder / "a.py"), 0).empty());
}

TEST_CASE("What is not a readable regular file has no lines") {
    Sources sources{test_support::small_profile()};
    CHECK(sources.line(function_in("/dev/zero"), 1).empty());
    CHECK(sources.line(function_in("/tmp"), 1).empty());
    CHECK(sources.line(function_in("<frozen importlib._bootstrap>"), 1).empty());
    CHECK(sources.line(function_in(""), 1).empty());
}

TEST_CASE("Frozen modules are read from the one standard library that ran") {
    const test_support::TemporaryFolder folder;
    const std::string library = folder / "lib/python3.11";
    std::filesystem::create_directories(library + "/importlib");
    std::ofstream{library + "/importlib/_bootstrap.py"} << "frozen line\n";
    profile::Profile profile = test_support::small_profile();
    profile.functions.push_back(function_in(library + "/functools.py"));
    profile.functions.push_back(function_in("/v/lib/python3.12/site-packages/numpy/g.py"));
    CHECK(Sources{profile}.line(function_in("<frozen importlib._bootstrap>"), 1) == "frozen line");
    CHECK(Sources{profile}.line(function_in("<frozen absent>"), 1).empty());
    profile.functions.push_back(function_in("/opt/lib/python3.12/functools.py"));
    CHECK(Sources{profile}.line(function_in("<frozen importlib._bootstrap>"), 1).empty());
}

profile::Function string_function(const std::string& name, std::uint32_t line) {
    profile::Function function = function_in("<string>");
    function.name = "outer.<locals>." + name;
    function.system_name = name;
    function.first_line = line;
    return function;
}

TEST_CASE("The text of python -c is in the command line") {
    profile::Profile profile = test_support::small_profile();
    profile.processes.at(0).command = {"python3", "-c", "a = 1\ndef f():\n    return lambda: 2\n"};
    Sources sources{profile};
    CHECK(sources.line(string_function("f", 2), 3) == "return lambda: 2");
    CHECK(sources.line(string_function("<module>", 1), 1) == "a = 1");
    CHECK(sources.line(string_function("g", 2), 3).empty());  // of exec
    CHECK(sources.line(string_function("f", 9), 3).empty());
    profile.processes.push_back(profile.processes.at(0));
    CHECK_FALSE(Sources{profile}.line(string_function("f", 2), 3).empty());
    profile.processes.back().command.back() += "b = 2";
    CHECK(Sources{profile}.line(string_function("f", 2), 3).empty());
}

TEST_CASE("Where there is no text a view says why") {
    CHECK(Sources::instead_of_line(string_function("f", 1)) == "(outer.<locals>.f, compiled from a string)");
    profile::Function function = function_in("/tmp/ipykernel_1/23.py");
    function.name = "f";
    CHECK(Sources::instead_of_line(function) == "(f, in a cell of a notebook)");
    for (const char* file : {"/a.py", "<frozen importlib._bootstrap>", ""}) {
        function.file = file;
        CHECK(Sources::instead_of_line(function) == "(f)");
    }
}

}  // namespace
}  // namespace pyprof::report
