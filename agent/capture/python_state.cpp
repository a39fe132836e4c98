#include "agent/capture/python_state.h"

#include "agent/capture/figures.h"
#include "agent/capture/first_walks.h"
#include "agent/capture/interpreter_call.h"
#include "agent/capture/process_state.h"
#include "agent/capture/thread_name.h"

namespace pyprof::capture {
namespace {

[[gnu::section(".data")]] FirstWalks first_walks;

// From now on native stacks only.
void switch_off() {
    constexpr char reason[] = "no stack could be read; this interpreter's frames are laid out differently";
    static_assert(sizeof reason <= sizeof process_texts.python_message);
    python_runtime.store(nullptr, std::memory_order_release);
    __builtin_memcpy(process_texts.python_message, reason, sizeof reason);
    update_facts();
}

ThreadName read_name(const PythonStack& stack, const cpython::PythonLayout& layout, PageCache known,
                     wire::ThreadRecord& record) {
    const bool found = copy_thread_name(stack.outermost, layout, known, record.name, sizeof record.name);
    return found ? ThreadName::of_threading : ThreadName::of_kernel;
}

}  // namespace

[[gnu::section(".data")]] std::atomic<const cpython::PythonRuntime*> python_runtime{nullptr};
CodeTable python_codes;

[[gnu::hot]] void walk_python_here(const InterruptedThread& thread, PythonStack& out) {
    const cpython::PythonRuntime* runtime = python_runtime.load(std::memory_order_acquire);
    if (runtime == nullptr) {
        out.result = PythonWalk::none;
        out.attached = false;
        out.count = out.cut_at = out.activation_count = out.unknown_codes = 0;
        out.collector = no_collector;
        out.outermost = 0;
        return;
    }
    RecordingWriter writer;
    InterruptedThread known = thread;
    if (thread.copies == nullptr) known.call = identify_call(*runtime, thread.native);
    walk_python(*runtime, known, python_codes, writer, out);
    if (thread.copies == nullptr && first_walks.have_failed(out)) switch_off();
}

ThreadName name_python_thread(const PythonStack& stack, PageCopies* copies, wire::ThreadRecord& record) {
    const cpython::PythonRuntime* runtime = python_runtime.load(std::memory_order_acquire);
    if (runtime == nullptr || stack.result != PythonWalk::complete || stack.outermost == 0) return ThreadName::unknown;
    if (copies != nullptr) return read_name(stack, runtime->layout, PageCache{*copies}, record);
    if (stack.attached && !runtime->layout.version.free_threaded)
        return read_name(stack, runtime->layout, PageCache{}, record);
    const SharedCopies shared;
    if (shared.get() == nullptr) return ThreadName::unknown;
    return read_name(stack, runtime->layout, PageCache{*shared.get()}, record);
}

[[gnu::hot]] void expect_python_here(const PythonMemo& memo) {
    const cpython::PythonRuntime* runtime = python_runtime.load(std::memory_order_acquire);
    if (runtime == nullptr) return;
    prefetch(runtime, offsetof(cpython::PythonRuntime, collector));
    expect_frames(memo, runtime->runtime, runtime->layout);
}

}  // namespace pyprof::capture
