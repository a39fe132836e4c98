#include "cli/timed_run.h"

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/catch.h"

namespace pyprof::cli {
namespace {

Result<TimedRun> run(const std::string& script) {
    HeldSignals signals;
    return run_timed({"/bin/sh", "-c", script}, Environment{environ}, Output::dropped, signals);
}

TEST_CASE("A run ends as the command ended") {
    const Result<TimedRun> coded = run("exit 7");
    REQUIRE(coded);
    CHECK(WEXITSTATUS(coded->wait_status) == 7);
    CHECK(coded->wall_s() > 0);
    const Result<TimedRun> killed = run("kill -9 $$");
    REQUIRE(killed);
    CHECK(WTERMSIG(killed->wait_status) == SIGKILL);
}

TEST_CASE("A command that cannot be run is an error") {
    HeldSignals signals;
    const Result<TimedRun> absent = run_timed({"/nowhere/program"}, Environment{environ}, Output::dropped, signals);
    REQUIRE_FALSE(absent);
    CHECK(absent.error().message() == "cannot run /nowhere/program: No such file or directory");
}

TEST_CASE("A signal ends the command and is remembered") {
    HeldSignals signals;
    const std::string script = "kill -TERM " + std::to_string(getpid()) + "; sleep 60";
    const Result<TimedRun> ended = run_timed({"/bin/sh", "-c", script}, Environment{environ}, Output::dropped, signals);
    REQUIRE(ended);
    CHECK(WTERMSIG(ended->wait_status) == SIGTERM);
    CHECK(signals.received() == SIGTERM);
}

TEST_CASE("A signal between two runs is remembered") {
    HeldSignals signals;
    CHECK(signals.received() == 0);
    kill(getpid(), SIGHUP);
    CHECK(signals.received() == SIGHUP);
}

TEST_CASE("The command has the signals that this process had") {
    const Result<TimedRun> mask = run("grep -q '^SigBlk:[[:space:]]*0*$' /proc/self/status");
    REQUIRE(mask);
    sigset_t own;
    sigprocmask(SIG_BLOCK, nullptr, &own);
    const bool none_blocked = sigismember(&own, SIGTERM) == 0 && sigismember(&own, SIGCHLD) == 0;
    CHECK((WEXITSTATUS(mask->wait_status) == 0) == none_blocked);
}

}  // namespace
}  // namespace pyprof::cli
