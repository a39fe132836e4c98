#pragma once
// Finds the CPython of this process and decides whether its frames can be read. Not for signal handlers; may be called
// again when a library was loaded, and gives the same answer for the same interpreter.
//
// Nothing of the interpreter is needed but its exported symbols: they survive strip, and a static interpreter exports
// them for its extension modules.
#include "agent/cpython/runtime.h"

namespace pyprof::discover {

// What the process holds now: state `none` without CPython, `unsupported` with a message for the user (other version,
// free-threaded or debug build, unexpected layout), or `ready`.
cpython::PythonRuntime find_python();

}  // namespace pyprof::discover
