#include "agent/capture/python_state.h"

#include "agent/capture/figures.h"
#include "agent/capture/first_walks.h"
#include "agent/capture/process_state.h"

namespace pyprof::capture {
namespace {

FirstWalks first_walks;

// From now on native stacks only.
void switch_off() {
    constexpr char reason[] = "no stack could be read; this interpreter's frames are laid out differently";
    static_assert(sizeof reason <= sizeof process.python_message);
    python_runtime.store(nullptr, std::memory_order_release);
    __builtin_memcpy(process.python_message, reason, sizeof reason);
    update_facts();
}

}  // namespace

std::atomic<const cpython::PythonRuntime*> python_runtime{nullptr};
CodeTable python_codes;

void walk_python_here(const InterruptedThread& thread, PythonStack& out) {
    const cpython::PythonRuntime* runtime = python_runtime.load(std::memory_order_acquire);
    if (runtime == nullptr) {
        out.result = PythonWalk::none;
        out.attached = false;
        out.count = out.cut_at = out.activation_count = out.unknown_codes = 0;
        return;
    }
    RecordingWriter writer;
    walk_python(*runtime, thread, python_codes, writer, out);
    if (thread.copies == nullptr && first_walks.have_failed(out)) switch_off();
}

void expect_python_here(const PythonMemo& memo) {
    const cpython::PythonRuntime* runtime = python_runtime.load(std::memory_order_acquire);
    if (runtime != nullptr) expect_frames(memo, runtime->layout);
}

}  // namespace pyprof::capture
