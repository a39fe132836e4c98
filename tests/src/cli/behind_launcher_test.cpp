#include "cli/behind_launcher.h"

#include "tests/support/catch.h"

using namespace pyprof::cli;
using Words = std::vector<std::string>;

TEST_CASE("Hosts are named by the launcher's own words, not by the program's") {
    const Environment empty;
    CHECK(may_leave_this_host({"mpirun", "-n", "4", "-H", "a,b", "python3", "app.py"}, empty));
    CHECK(may_leave_this_host({"/opt/bin/mpiexec", "--hostfile=hosts", "python3", "app.py"}, empty));
    CHECK(may_leave_this_host({"srun", "--nodes=2", "python3", "app.py"}, empty));
    CHECK_FALSE(may_leave_this_host({"mpirun", "-n", "4", "python3", "app.py", "-H", "a,b"}, empty));
    CHECK_FALSE(may_leave_this_host({"python3", "-H", "a,b"}, empty));
    CHECK_FALSE(may_leave_this_host({}, empty));
}

TEST_CASE("Batch systems tell of other hosts") {
    const Words command{"mpirun", "python3", "app.py"};
    Environment environment;
    environment.set("SLURM_JOB_NUM_NODES", "1");
    CHECK_FALSE(may_leave_this_host(command, environment));
    environment.set("SLURM_JOB_NUM_NODES", "2");
    CHECK(may_leave_this_host(command, environment));
    Environment pbs;
    pbs.set("PBS_NODEFILE", "/var/spool/nodes");
    CHECK(may_leave_this_host(command, pbs));
    CHECK_FALSE(may_leave_this_host({"python3", "app.py"}, pbs));
}

TEST_CASE("Options reach other hosts as words, those of the environment first") {
    Environment environment;
    environment.set("PYPROF_RATE", "50");
    environment.set("PYPROF_NATIVE", "0");
    environment.set("PYPROF_CHILDREN", "1");
    RunOptions options;
    options.given = {"-r", "99", "-q"};
    CHECK(words_of(options, environment) == Words{"--rate=50", "--no-native", "-r", "99", "-q"});
}

TEST_CASE("The recorder stands in front of each interpreter that a rank starts") {
    const Words recorder{"/bin/pyprof", "-q", "--"};
    CHECK(with_recorder_behind({"mpirun", "-n", "2", "python3", "run.py", "python3"}, recorder) ==
          Words{"mpirun", "-n", "2", "/bin/pyprof", "-q", "--", "python3", "run.py", "python3"});
    CHECK(with_recorder_behind({"mpirun", "-n", "1", "python3", "a.py", ":", "-n", "2", "/usr/bin/python3", "b.py"},
                               recorder) == Words{"mpirun", "-n", "1", "/bin/pyprof", "-q", "--", "python3", "a.py",
                                                  ":", "-n", "2", "/bin/pyprof", "-q", "--", "/usr/bin/python3",
                                                  "b.py"});
    CHECK_FALSE(with_recorder_behind({"mpirun", "./solver"}, recorder));
}
