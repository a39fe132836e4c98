#include "agent/discover/process_kind.h"

#include <unistd.h>

#include "tests/support/catch.h"

using namespace pyprof::discover;

TEST_CASE("the command given to pyprof is profiled unless it only starts other programs") {
    CHECK(kind_of_process("/opt/solver", getpid()) == ProcessKind::command);
    CHECK(kind_of_process("/bin/bash", getpid()) == ProcessKind::dormant);
    CHECK(kind_of_process("/usr/bin/mpirun", getpid()) == ProcessKind::dormant);
    CHECK(kind_of_process("/opt/bash-like-solver", getpid()) == ProcessKind::command);
}

TEST_CASE("other processes without an interpreter stay dormant") {
    CHECK(kind_of_process("/opt/solver", getpid() + 1) == ProcessKind::dormant);
    CHECK(kind_of_process("/opt/python3", 0) == ProcessKind::dormant);  // a name proves nothing
}
