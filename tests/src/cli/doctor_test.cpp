#include "cli/doctor.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::cli {
namespace {

const Check& named(const std::vector<Check>& checks, const std::string& name) {
    for (const Check& check : checks) {
        if (check.name == name) return check;
    }
    FAIL(name);
    return checks.front();
}

TEST_CASE("Nine checks, each with advice unless it is good") {
    const auto checks = examine("/nowhere/bin/pyprof", Environment{});
    CHECK(checks.size() == 9);
    for (const Check& check : checks) {
        CAPTURE(check.name);
        CHECK(!check.found.empty());
        CHECK((check.verdict == Verdict::good || !check.advice.empty()));
    }
}

TEST_CASE("Without a Python in PATH, without a launcher, and with a spool that cannot be written") {
    Environment environment;
    environment.set("PYPROF_SPOOL", "/nowhere/spool");
    auto checks = examine("/nowhere/bin/pyprof", environment);
    CHECK(named(checks, "python").found == "no python3 in PATH");
    CHECK(named(checks, "spool").verdict == Verdict::limited);
    CHECK(named(checks, "engine perf").found == "not tried");
    CHECK(named(checks, "timers").found.find("the kernel ticks") != std::string::npos);
    CHECK(named(checks, "mpi").found.find("no mpirun") == 0);

    environment.set("PATH", "/usr/bin:/bin");
    checks = examine("/nowhere/bin/pyprof", environment);
    CHECK(named(checks, "python").verdict == Verdict::bad);
}

}  // namespace
}  // namespace pyprof::cli
