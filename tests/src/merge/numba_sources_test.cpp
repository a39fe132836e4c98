#include "merge/numba_sources.h"

#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::merge {
namespace {

using Parts = std::vector<std::string>;

// A program of two files: app.py, whose module calls a function of pkg/mod.py.
struct Program {
    test_support::TemporaryFolder folder;
    gather::Tree tree;

    Program() {
        std::filesystem::create_directory(folder / "pkg");
        write("app.py", "import pkg\n\n@njit\ndef twice(x):\n    return x\n\ndef f():\n    def f():\n        pass\n");
        write("pkg/mod.py", "@njit\ndef  inner (x):\n    pass\n");
        tree.codes = {{file("app.py"), "<module>", "<module>", 1}, {file("pkg/mod.py"), "g", "g", 1}};
        tree.contexts = {{0, {}}, {0, {gather::KeyKind::python, 0, 1, 0}}, {1, {gather::KeyKind::python, 1, 1, 0}}};
    }
    std::string file(const std::string& name) const { return folder / name; }
    void write(const std::string& name, const std::string& text) const { std::ofstream{file(name)} << text; }
};

TEST_CASE("a line that defines a function names it") {
    CHECK(defined_function("def f(x):") == "f");
    CHECK(defined_function("    def\tg_2 (x, y):  # note") == "g_2");
    for (const char* line : {"", "default = (1)", "def", "def f", "x = def f(", "# def f():", "undef f()"}) {
        CAPTURE(line);
        CHECK(defined_function(line).empty());
    }
}

TEST_CASE("Numba's names have the parts that their author knows") {
    CHECK(numba_name_parts("__main__::my_sqrt[abi:v2][abi:c8tJ](double)") == Parts{"__main__", "my_sqrt"});
    CHECK(numba_name_parts("pkg::mod::outer::_3clocals_3e::f[abi:v1](long)") == Parts{"pkg", "mod", "outer", "f"});
    CHECK(numba_name_parts("std::sort(int*)").empty());
    CHECK(numba_name_parts("").empty());
}

TEST_CASE("a compiled function is found in the script or in its module") {
    Program program;
    NumbaSources sources{program.tree};
    const auto twice = sources.find("_ZN8__main__5twiceB2v1B4c8tJEd");
    REQUIRE(twice);
    CHECK(twice->file == program.file("app.py"));
    CHECK(twice->line == 4);
    const auto wrapper = sources.find("_ZN7cpython8__main__5twiceB2v1B4c8tJEd");
    REQUIRE(wrapper);
    CHECK(wrapper->line == 4);
    const auto inner = sources.find("_ZN3pkg3mod5innerB2v1B4c8tJEd");
    REQUIRE(inner);
    CHECK(inner->file == program.file("pkg/mod.py"));
    CHECK(inner->line == 2);
    const auto method = sources.find("_ZN3pkg3mod5Class5innerB2v1B4c8tJEd");
    REQUIRE(method);
    CHECK(method->line == 2);
}

TEST_CASE("no place is better than a wrong one") {
    Program program;
    NumbaSources sources{program.tree};
    CHECK_FALSE(sources.find("_ZN8__main__1fB2v1B4c8tJEd"));  // defined twice
    CHECK_FALSE(sources.find("_ZN8__main__6absentB2v1B4c8tJEd"));
    CHECK_FALSE(sources.find("_ZN5other5twiceB2v1B4c8tJEd"));  // another module
    CHECK_FALSE(sources.find("_ZN8__main__5twiceEd"));         // not Numba's
    CHECK_FALSE(sources.find("f"));
    CHECK_FALSE(sources.find(""));
}

}  // namespace
}  // namespace pyprof::merge
