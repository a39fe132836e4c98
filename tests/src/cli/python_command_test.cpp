#include "cli/python_command.h"

#include <fstream>
#include <sys/stat.h>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::cli {
namespace {

using Words = std::vector<std::string>;

// A PATH with these programs.
class Programs {
public:
    explicit Programs(const Words& names) {
        for (const std::string& name : names) {
            std::ofstream{folder_ / name} << "#!/bin/sh\n";
            chmod((folder_ / name).c_str(), 0755);
        }
        environment_.set("PATH", folder_.path());
    }
    Result<PythonCommand> divide(const Words& words) const { return divide_python_command(words, environment_); }

private:
    test_support::TemporaryFolder folder_;
    Environment environment_;
};

const Programs programs{{"python3", "python3.11", "mpirun", "env"}};

void check(const Words& command, const Words& interpreter, const Words& program) {
    const Result<PythonCommand> divided = programs.divide(command);
    REQUIRE(divided);
    CHECK(divided->interpreter == interpreter);
    CHECK(divided->program == program);
}

TEST_CASE("A command is divided behind the interpreter's options") {
    check({"python3", "app.py", "-x", "1"}, {"python3"}, {"app.py", "-x", "1"});
    check({"python3", "-u", "-X", "dev", "-Wignore", "app.py"}, {"python3", "-u", "-X", "dev", "-Wignore"}, {"app.py"});
    check({"mpirun", "-n", "4", "python3.11", "-m", "pkg.tool", "-v"}, {"mpirun", "-n", "4", "python3.11"},
          {"-m", "pkg.tool", "-v"});
    check({"env", "A=b", "python3", "-c", "print()", "x"}, {"env", "A=b", "python3"}, {"-c", "print()", "x"});
    check({"python3", "--check-hash-based-pycs", "never", "app.py"}, {"python3", "--check-hash-based-pycs", "never"},
          {"app.py"});
}

TEST_CASE("Options of one word are taken apart where they name the program") {
    check({"python3", "-Bumtool", "x"}, {"python3", "-Bu"}, {"-m", "tool", "x"});
    check({"python3", "-Ic", "pass"}, {"python3", "-I"}, {"-c", "pass"});
    check({"python3", "-cpass"}, {"python3"}, {"-c", "pass"});
}

TEST_CASE("Words that only look like an interpreter do not count") {
    check({"env", "PY=/opt/python3", "python3", "python.py"}, {"env", "PY=/opt/python3", "python3"}, {"python.py"});
}

TEST_CASE("What cannot be run under cProfile is said with the way to write it") {
    for (const Words& command : std::vector<Words>{{"./solver"}, {"mpirun", "-n", "2", "./solver"}})
        CHECK(programs.divide(command).error().message().find("write `python app.py`") != std::string::npos);
    for (const Words& command :
         std::vector<Words>{{"python3"}, {"python3", "-u"}, {"python3", "-"}, {"python3", "-m"}, {"python3", "-uc"}})
        CHECK(programs.divide(command).error().message().find("no program") != std::string::npos);
}

}  // namespace
}  // namespace pyprof::cli
