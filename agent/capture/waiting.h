#pragma once
// What threads do while they do not run: the stack of a thread that waits, looked at from outside, and the time that it
// spent off the CPU. Nobody is signalled, so no system call of the program is interrupted.
//
// /proc/self/task/TID/syscall tells of a thread that waits its system call, stack pointer and program counter; the rest
// follows from its stack. It is accepted if file and CPU clock say the same afterwards, so the thread stood still, and
// it holds until the clock moves.
#include <cstdint>

#include "wire/recording.h"

namespace pyprof::capture {

struct ThreadState;

// What is known of a thread's time off the CPU. Written by whoever is inside the thread (InsideAgent).
struct Waiting {
    int tid = 0;                      // whose figures these are; another: start afresh
    std::uint32_t node = 0;           // where it waits, 0: unknown, or it runs
    std::uint64_t seen_ns = 0;        // CLOCK_MONOTONIC up to which its time off the CPU is known
    std::uint64_t seen_cpu_ns = 0;    // its CPU clock then
    std::uint64_t seen_queue_ns = 0;  // time it had waited for a processor then
    std::uint64_t began_ns = 0;       // when this wait was first seen
    std::uint64_t next_look_ns = 0;   // long waits are looked at less often
    std::int64_t open_ns = 0;         // time off the CPU that is charged to nothing yet
    std::uint64_t queue_ns = 0;       // the same for time it waited for a processor, which its next sample takes
    std::uint64_t part_ns = 0;        // charged time that makes no whole period yet, so that no moment stands for it
};

// Looks at the thread, at most once a period, and charges the time off the CPU since the last look: to where it waits;
// of a thread that went on meanwhile, half to where it waited before and half to where it waits now. For one thread of
// the agent's own that is no thread of the program: it needs 8 KiB of stack. `now_ns` is CLOCK_MONOTONIC.
void look_at(ThreadState& thread, std::uint64_t now_ns);

// From here on, time off the CPU is counted anew: the recording is another one.
void watch_from_now(ThreadState& thread);

// Charges what is open to where the thread waited last. Inside the thread, when it ends or the recording does.
void charge_rest_of_waits(ThreadState& thread, std::uint64_t now_ns);

// In the handler: charges the time that the thread waited for a processor to its sample.
void charge_queue(ThreadState& thread, std::uint32_t node);

// A line of /proc/PID/task/TID/syscall (proc(5)) of a thread that waits.
struct SystemCall {
    std::int64_t number;  // -1: it waits in the kernel without one, for a page say
    std::uint64_t arguments[6];
    std::uint64_t sp, pc;
};
// False for "running" and for anything else that is no such line.
bool parse_system_call(const char* line, SystemCall& call);

// What the system call waits for. A futex in [interpreter_begin, interpreter_end), the memory of the interpreter's
// library, is the GIL's.
wire::Special reason_of(const SystemCall& call, std::uint64_t interpreter_begin, std::uint64_t interpreter_end);

}  // namespace pyprof::capture
