#include "agent/capture/python_state.h"

#include "agent/capture/python_walk.h"

namespace pyprof::capture {

std::atomic<const cpython::PythonRuntime*> python_runtime{nullptr};
CodeTable python_codes;

void walk_python_here(PythonStack& out) {
    const cpython::PythonRuntime* runtime = python_runtime.load(std::memory_order_acquire);
    if (runtime == nullptr) {
        out.result = PythonWalk::none;
        out.attached = false;
        out.count = out.cut_at = out.activation_count = 0;
        return;
    }
    PageCache known;
    RecordingWriter writer;
    walk_python(*runtime, python_codes, writer, known, out);
}

}  // namespace pyprof::capture
