#include "cli/trial.h"

#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"

namespace pyprof::cli {
namespace {

TEST_CASE("A program is the first executable of its name in PATH") {
    Environment environment;
    CHECK(program_in_path("sh", environment).empty());
    environment.set("PATH", "/nowhere:/bin:/usr/bin");
    CHECK(program_in_path("sh", environment) == "/bin/sh");
    CHECK(program_in_path("no such program", environment).empty());
}

TEST_CASE("The spool is PYPROF_SPOOL, then TMPDIR, then the system's folder") {
    Environment environment;
    CHECK(spool_of(environment) == "/tmp");
    environment.set("TMPDIR", "/var/tmp");
    CHECK(spool_of(environment) == "/var/tmp");
    environment.set("PYPROF_SPOOL", "/spool");
    CHECK(spool_of(environment) == "/spool");
}

TEST_CASE("A temporary folder goes with what is in it") {
    std::string path;
    {
        const TemporaryFolder folder{"/tmp", "trial"};
        path = folder.path();
        REQUIRE(std::filesystem::is_directory(path));
        std::ofstream{path + "/file"} << "content";
    }
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK(TemporaryFolder{"/nowhere", "trial"}.path().empty());
}

TEST_CASE("A trial that cannot run says so") {
    Environment environment;
    CHECK(record_trial({"/nowhere/pyprof", "/usr/bin/python3", {}}, environment)
              .error()
              .message()
              .find("ended with 127") != std::string::npos);
    environment.set("PYPROF_SPOOL", "/nowhere");
    CHECK(record_trial({"/nowhere/pyprof", "/usr/bin/python3", {}}, environment).error().message() ==
          "not tried: no folder for the trial");
    environment.unset("PYPROF_SPOOL");
    CHECK(record_trial({"/bin/true", "/usr/bin/python3", {}}, environment).error().message().find("holds no samples") !=
          std::string::npos);
}

}  // namespace
}  // namespace pyprof::cli
