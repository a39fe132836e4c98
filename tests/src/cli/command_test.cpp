#include "cli/command.h"

#include <fstream>
#include <sys/stat.h>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace pyprof::cli;
using Outcome = CommandSearch::Outcome;

namespace {

std::string make_file(const std::string& path, mode_t mode) {
    std::ofstream{path} << "#!/bin/sh\n";
    chmod(path.c_str(), mode);
    return path;
}

}  // namespace

TEST_CASE("A command is sought on the path, in order, among files that can be executed") {
    const pyprof::test_support::TemporaryFolder folder;
    mkdir((folder / "first").c_str(), 0755);
    mkdir((folder / "second").c_str(), 0755);
    make_file(folder / "first/tool", 0644);
    const auto tool = make_file(folder / "second/tool", 0755);
    Environment environment;
    environment.set("PATH", (folder / "first") + ":" + (folder / "second"));
    CHECK(search_command("tool", environment).path == tool);
    CHECK(search_command("absent", environment).outcome == Outcome::not_found);
    CHECK(search_command("", environment).outcome == Outcome::not_found);
    environment.set("PATH", folder / "first");
    CHECK(search_command("tool", environment).outcome == Outcome::not_executable);
}

TEST_CASE("A command with a slash is not sought") {
    const pyprof::test_support::TemporaryFolder folder;
    const auto tool = make_file(folder / "tool", 0755);
    CHECK(search_command(tool, Environment{}).outcome == Outcome::found);
    CHECK(search_command(folder.path(), Environment{}).outcome == Outcome::not_executable);
    CHECK(search_command(folder / "absent", Environment{}).outcome == Outcome::not_found);
}

TEST_CASE("A program is called after its script, module or file") {
    CHECK(program_name({"python", "app.py"}) == "app");
    CHECK(program_name({"/usr/bin/python3.11", "-u", "-X", "dev", "src/app.py", "x.py"}) == "app");
    CHECK(program_name({"python3", "-m", "pkg.tool", "x"}) == "pkg.tool");
    CHECK(program_name({"python3", "-c", "pass"}) == "python3");
    CHECK(program_name({"python3"}) == "python3");
    CHECK(program_name({"./solver", "input.dat"}) == "solver");
    CHECK(program_name({"./app.py"}) == "app");
    CHECK(program_name({"bash", "job.sh"}) == "job.sh");
    CHECK(program_name({"bash", "-c", "python a.py"}) == "bash");
    CHECK(program_name({"mpirun", "-n", "2", "python", "app.py"}) == "app");
    CHECK(program_name({"mpirun", "-n", "2", "./solver"}) == "mpirun");
    CHECK(program_name({"env", "A=1", "python", "app.py"}) == "app");
    CHECK(program_name({"./a b:c"}) == "a_b_c");
    CHECK(program_name({}) == "program");
}

TEST_CASE("Launchers of ranks are known by their base name") {
    CHECK(starts_ranks("/usr/bin/mpirun"));
    CHECK(starts_ranks("srun"));
    CHECK_FALSE(starts_ranks("python"));
}
