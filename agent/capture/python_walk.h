#pragma once
// Reads the Python frames of the calling thread. Async-signal-safe; meant for the handler, on the interrupted thread,
// whose frames keep every code object it meets alive. Another thread, which may go on meanwhile, is read in copies of
// its memory; what was found is true only if it did not run.
//
// Where the thread state comes from (no call into the interpreter, no thread-local storage but the thread's own):
//   3.8+   _PyRuntime.gilstate.tstate_current if it belongs to this thread, else the value of the pthread key
//   3.12+  the value of the pthread key; tstate_activate() in Python/pystate.c binds it on every attach
//   3.15+  the same, of a thread-local variable
// so threads that gave up the GIL (in BLAS, in input and output, waiting for the GIL) are seen too.
//
// Every pointer is checked before it is followed (readable memory, type of the code object, instruction inside the
// code), so garbage ends the walk and never the process.
#include "agent/capture/code_table.h"
#include "agent/capture/native_stack.h"
#include "agent/capture/python_memo.h"
#include "agent/capture/python_stack.h"
#include "agent/capture/registers.h"
#include "agent/cpython/runtime.h"

namespace pyprof::capture {

// The interrupted thread, as far as it is known. The native stack tells whether the interpreter waits for a call, so
// that less needs to be probed; an empty one tells nothing.
struct InterruptedThread {
    const NativeStack& native;
    StackBounds stack;
    PythonMemo& memo;
    std::uint64_t call = 0;  // that the interpreter waits for, by identify_call (interpreter_call.h)
    // Of another thread: its pthread_self(), and room for copies.
    std::uint64_t other = 0;
    PageCopies* copies = nullptr;
};

// Fills `out` completely. Code objects seen for the first time are appended through `writer`.
void walk_python(const cpython::PythonRuntime& runtime, const InterruptedThread& thread, CodeTable& codes,
                 RecordingWriter& writer, PythonStack& out);

}  // namespace pyprof::capture
