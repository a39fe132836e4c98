#include "agent/capture/python_state.h"

namespace pyprof::capture {

std::atomic<const cpython::PythonRuntime*> python_runtime{nullptr};
CodeTable python_codes;

void walk_python_here(const InterruptedThread& thread, PythonStack& out) {
    const cpython::PythonRuntime* runtime = python_runtime.load(std::memory_order_acquire);
    if (runtime == nullptr) {
        out.result = PythonWalk::none;
        out.attached = false;
        out.count = out.cut_at = out.activation_count = 0;
        return;
    }
    RecordingWriter writer;
    walk_python(*runtime, thread, python_codes, writer, out);
}

void expect_python_here(const PythonMemo& memo) {
    const cpython::PythonRuntime* runtime = python_runtime.load(std::memory_order_acquire);
    if (runtime != nullptr) expect_frames(memo, runtime->layout);
}

}  // namespace pyprof::capture
