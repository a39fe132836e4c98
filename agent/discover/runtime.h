#pragma once
// Finds the CPython of this process and decides whether its frames can be read. Not for signal handlers; may be called
// again when a library was loaded, and gives the same answer for the same interpreter.
//
// Nothing of the interpreter is needed but its exported symbols: they survive strip, and a static interpreter exports
// them for its extension modules.
#include "agent/cpython/runtime.h"

namespace pyprof::discover {

// What the process holds now: state `none` without Python, `unsupported` with a message for the user (PyPy, an old
// version, a debug build, an unexpected layout), or `ready`. A version that is newer than all known ones is ready if
// what it states of its layout agrees with what its types say.
cpython::PythonRuntime find_python();

}  // namespace pyprof::discover
