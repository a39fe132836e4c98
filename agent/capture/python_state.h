#pragma once
// The interpreter of this process as handlers see it. There is one at most; it may appear late.
#include <atomic>

#include "agent/capture/code_table.h"
#include "agent/capture/python_stack.h"
#include "agent/capture/python_walk.h"
#include "agent/cpython/runtime.h"

namespace pyprof::capture {

// nullptr until an interpreter is found, and when its frames are switched off. What it points to never changes again
// and is never freed.
extern std::atomic<const cpython::PythonRuntime*> python_runtime;
extern CodeTable python_codes;

// Python frames of the calling thread; PythonWalk::none without an interpreter. Where none of the first stacks can be
// read, Python frames are switched off and the recording says so. Async-signal-safe.
void walk_python_here(const InterruptedThread& thread, PythonStack& out);

// Where the name in a thread's record comes from.
enum class ThreadName : std::uint8_t { unknown, of_kernel, of_threading };

// Puts the name that threading has for the thread, of whose stack this is, into its record. It is read in `copies`; the
// thread itself gives none, and reads plainly while it holds the interpreter's lock, otherwise in the shared ones.
// Unknown, and to be asked again: the stack is not whole, or another thread has them. Async-signal-safe.
ThreadName name_python_thread(const PythonStack& stack, PageCopies* copies, wire::ThreadRecord& record);

// To be called some time before the walk; see expect_frames.
void expect_python_here(const PythonMemo& memo);

}  // namespace pyprof::capture
