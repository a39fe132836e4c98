#include "compare/function_key.h"

#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::compare {
namespace {

TEST_CASE("Relative paths count from the working directory") {
    CHECK(normal_path("app.py", "/nowhere/run") == "/nowhere/run/app.py");
    CHECK(normal_path("../lib/./x.py", "/nowhere/run") == "/nowhere/lib/x.py");
    CHECK(normal_path("/nowhere/app.py", "/else") == "/nowhere/app.py");
    CHECK(normal_path("app.py", "") == "app.py");
}

TEST_CASE("What is no file keeps its name") {
    for (const char* name : {"<frozen importlib._bootstrap>", "<string>", "~", ""})
        CHECK(normal_path(name, "/x") == name);
}

TEST_CASE("Symbolic links are followed where they exist") {
    const test_support::TemporaryFolder folder;
    const std::filesystem::path real = std::filesystem::canonical(folder.path());
    std::ofstream{real / "app.py"} << "pass\n";
    std::filesystem::create_directory_symlink(real, real / "link");
    CHECK(normal_path("link/app.py", real.string()) == (real / "app.py").string());
}

TEST_CASE("Paths share trailing parts") {
    CHECK(shared_parts("/a/pkg/x.py", "/b/pkg/x.py") == 2);
    CHECK(shared_parts("x.py", "/b/pkg/x.py") == 1);
    CHECK(shared_parts("/a/x.py", "/a/y.py") == 0);
    CHECK(parts_of("/a/pkg/x.py") == 3);
}

}  // namespace
}  // namespace pyprof::compare
