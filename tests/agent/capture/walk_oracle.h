#pragma once
// Compares the walker with libunwind's unw_step from the same interrupted registers, inside the signal handler. Only
// for tests: unw_step takes locks.
#include <cstdint>
#include <ucontext.h>

namespace pyprof::capture {

struct OracleCounts {
    std::uint64_t compared;  // the sum of those below
    std::uint64_t equal;     // every pc to the bottom of the thread
    std::uint64_t different;
    std::uint64_t no_unwind_information;  // a frame was guessed; libunwind guesses otherwise. Equal up to there
    std::uint64_t other_module;    // of those, guessed a caller outside the object of the frame it was guessed for
    std::uint64_t stopped;         // the same, and ours did not reach the bottom
    std::uint64_t oracle_stopped;  // libunwind ended earlier, ours went on to the bottom. Equal up to there
    std::uint64_t too_deep;        // more than max_native_frames. Equal up to there
};

// Once, before the first comparison. Not in a handler.
void set_up_oracle();

// Once on each thread that is compared, before.
void register_oracle_thread();

// In a signal handler.
void compare_walks(const ucontext_t& context);

const OracleCounts& oracle_counts();
// Counts, and the chains of the first differences, as text on stdout.
void print_oracle(const char* title);

// Delivers SIGRTMIN+6 to the calling thread `hertz` times a second of wall time and compares at each, until stopped.
void start_sampling(unsigned hertz);
void stop_sampling();

// Compares at every `every`-th instruction of the calling thread until `stop_stepping`, system calls excepted.
void start_stepping(unsigned every);
void stop_stepping();

}  // namespace pyprof::capture
