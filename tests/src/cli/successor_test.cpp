#include "cli/successor.h"

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/child.h"
#include "tests/support/catch.h"

using namespace pyprof::cli;

namespace {

// A launcher with a successor that writes a letter if it takes over. Gives the end to read from.
int launch(pid_t& launcher, void (*launch)(Successor&)) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    launcher = fork();
    if (launcher == 0) {
        const BlockedSignals signals;
        Successor successor{[&] { static_cast<void>(!write(ends[1], "x", 1)); }};
        launch(successor);
        _exit(0);
    }
    close(ends[1]);
    return ends[0];
}

// What comes until all writers have ended.
std::string read_all(int file) {
    std::string text;
    for (char letter; read(file, &letter, 1) == 1;) text += letter;
    close(file);
    return text;
}

}  // namespace

TEST_CASE("A launcher that is killed has a successor") {
    pid_t launcher = 0;
    const int answer = launch(launcher, [](Successor&) { raise(SIGKILL); });
    waitpid(launcher, nullptr, 0);
    CHECK(read_all(answer) == "x");
}

TEST_CASE("A launcher that ends its work needs none") {
    pid_t launcher = 0;
    const int answer = launch(launcher, [](Successor& successor) { successor.dismiss(); });
    waitpid(launcher, nullptr, 0);
    CHECK(read_all(answer).empty());
}
