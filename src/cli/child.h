#pragma once
// The command as a child of the launcher: started with our environment, followed through stop and continue, its
// signals and its end passed on as if it ran alone. One thread only; needs all signals blocked from `BlockedSignals`.
#include <functional>
#include <signal.h>
#include <sys/types.h>
#include <vector>

#include "cli/environment.h"

namespace pyprof::cli {

// Blocks every signal of this process and takes back an ignored SIGCHLD; remembers what the command shall get.
class BlockedSignals {
public:
    BlockedSignals();
    void restore() const;  // in the child, before exec

private:
    sigset_t mask_{};
    struct sigaction child_action_ {};
};

// A started child, or the errno of the failed fork or exec.
struct Start {
    pid_t pid = -1;
    int error = 0;
};

// Starts `command` (ends with nullptr; looked up as execvp does) and tells it its pid as PYPROF_COMMAND_PID. The
// command is killed when this process dies by SIGKILL.
Start start_command(const std::vector<char*>& command, Environment environment, const BlockedSignals& signals);

struct End {
    int wait_status = 0;
    bool asked_to_end = false;  // a SIGTERM came: whoever sent it may send SIGKILL soon
};

// Until the child ends: forwards once what was sent to this process alone, stops and continues with the child.
// `asked_to_end` is called after a SIGTERM that the child outlived by the forwarding delay.
End follow(pid_t child, const std::function<void()>& asked_to_end);

// Ends this process as the child did: same exit code or same signal, without a core of our own.
[[noreturn]] void exit_as(int wait_status);

}  // namespace pyprof::cli
