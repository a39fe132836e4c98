#pragma once
// The call that the interpreter waits for while code outside it is interrupted: NumPy's, say. Async-signal-safe.
#include <cstdint>

#include "agent/capture/native_stack.h"
#include "agent/cpython/runtime.h"

namespace pyprof::capture {

inline constexpr std::uint32_t no_call = 0xffffffff;

// The native frame of the interpreter that called the interrupted code: the innermost one in its library (or in what
// else is in its executable), if calls only lead from it to the interrupted code. Then the evaluation loops below are
// suspended in calls, with everything stored that they had to store, and the library cannot be unloaded. no_call: there
// is none, or the interpreter itself is interrupted. Code outside every loaded object may be the interpreter's own,
// made at run time.
inline std::uint32_t find_interpreter_call(const cpython::PythonRuntime& runtime, const NativeStack& native) {
    for (std::uint32_t i = 0; i < native.count; ++i) {
        const NativeFrame& frame = native.frames[i];
        if (frame.module == 0 || (i != 0 && !frame.is_return_address)) return no_call;
        if (frame.pc >= runtime.begin && frame.pc < runtime.end) return i != 0 ? i : no_call;
    }
    return no_call;
}

// A number for that call: the same where the same return addresses, from the interpreter's innermost one to the bottom
// of the stack, were pushed by the same modules. 0: there is no call, the stack is not whole below it, or the dynamic
// linker runs, which the loop may call between any two instructions.
std::uint64_t identify_call(const cpython::PythonRuntime& runtime, const NativeStack& native);

}  // namespace pyprof::capture
