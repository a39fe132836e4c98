#pragma once
// One stack from two: Python frames are put where the evaluation loop that runs them stands among the native frames.
//
// Each activation of the evaluation loop keeps a marker in its own C frame, so native frame i owns the marker at A
// exactly if sp(i) <= A < sp(i + 1), where sp of the last is followed by stack_end. No symbol is needed: a stripped
// interpreter, a loop split into hot and cold halves or a just-in-time compiler make no difference.
//
// Leaf first, the result has for each activation its Python frames and then the native frame that owns the marker,
// moved to the start of its function: where in the loop it stands says nothing. Python frames whose marker no native
// frame owns come last, after Special::unwind_stopped, in the order of their markers.
//
// Async-signal-safe, no memory but its arguments.
#include "agent/capture/merged_stack.h"
#include "agent/capture/native_stack.h"
#include "agent/capture/python_stack.h"

namespace pyprof::capture {

void stitch(const NativeStack& native, const PythonStack& python, MergedStack& out);

}  // namespace pyprof::capture
