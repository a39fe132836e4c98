#pragma once
// For whom a thread of a pool works (OpenMP, BLAS, TBB): the Python frames of the thread that started it, as long as
// that one stands in a call. A pool is started once, at an import say, and works for whatever line comes along later;
// what tells the lines apart is where its starter stands while the pool's threads run.
//
// The starter is read from outside, in copies of its memory, and believed if it stood still meanwhile.
#include <cstdint>

#include "agent/capture/merged_stack.h"
#include "agent/capture/python_stack.h"

namespace pyprof::capture {

// Where a thread stands in Python. The innermost frame alone does not tell: a helper that two lines call in turn has
// its frame at the same address each time.
struct PythonPosition {
    std::uint64_t control;      // address of its innermost control frame, where the version has them
    std::uint64_t fingerprint;  // of each frame's instruction and caller
    std::uint32_t depth;        // frames known, innermost first; of deeper stacks the outermost are left out
    std::uint64_t frames[max_python_frames];  // addresses
};

// Per thread, zero bits at first, used by its own handler alone.
struct Driver {
    std::uint64_t starter;  // pthread_self() of the thread whose Python frames count, 0: nobody's
    std::uint64_t thread;   // its thread state in the interpreter, 0 unknown
    PythonPosition position;
    std::uint32_t count;                        // frames known for that position
    std::uint32_t pause;                        // samples until the starter is looked for again
    std::uint64_t keys[max_python_frames + 1];  // wire::node_key, leaf first
};

// Puts Special::worker_threads and the driver's frames behind the stack. Nothing happens if the starter runs on
// meanwhile or is gone, or if another thread is looking at its own right now.
// Async-signal-safe.
void add_driver(Driver& driver, MergedStack& stack);

}  // namespace pyprof::capture
