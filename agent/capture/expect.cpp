#include "agent/capture/expect.h"

#include <algorithm>

#include "agent/capture/load.h"
#include "agent/capture/native_code.h"
#include "agent/capture/process_state.h"
#include "agent/capture/python_state.h"

// The functions that run at every sample ([[gnu::hot]]), side by side by preload/sample_code.ld; null without it.
extern "C" {
[[gnu::weak, gnu::visibility("hidden")]] extern const char pyprof_sample_code[], pyprof_sample_code_end[];
}

namespace pyprof::capture {
namespace {

template <class T>
void expect(const T* elements, std::uint32_t count) {
    prefetch(elements, count * sizeof(T));
}

void expect_stacks(const ThreadState& thread) {
    expect(&thread.memo.rows, 1);
    expect(thread.memo.links, thread.last_sample.native);
    expect(thread.memo.fresh_frames, 1);
    expect(thread.memo.fresh_links, 1);
    prefetch(&thread.native);
    expect(thread.native.frames, thread.last_sample.native);
    prefetch(&thread.python_memo);
    expect(thread.python_memo.frames, std::min(thread.last_sample.python, PythonMemo::max_frames));
    prefetch(&thread.python);
    prefetch(thread.python.activations);
    prefetch(&thread.merged);
    expect(thread.merged.keys, thread.last_sample.merged);
    thread.tree.expect(thread.last_sample.merged);
}

void expect_recording(std::uint32_t node) {
    const wire::RecordingHeader* const header = process.arena.header();
    prefetch(&header->cpu_ns);
    prefetch(&header->expiries);
    prefetch(&header->slices[0]);
    prefetch(&header->slices[wire::slice_count - 1]);
    prefetch(process.moments.next_place(moment_table()));
    prefetch(process.arena.node(node));
}

// Where the walk finds return addresses.
void expect_native_frames(const NativeStack& native, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i)
        prefetch(reinterpret_cast<const char*>(native.frames[i].sp) - sizeof(std::uint64_t));
}

}  // namespace

// What is asked for first has come when its pointers are followed.
[[gnu::hot]] void expect_sample(const ThreadState& thread) {
    prefetch(static_cast<const char*>(__builtin_frame_address(0)) - page_size);
    native_code.modules.expect();
    python_codes.expect();
    expect_stacks(thread);
    expect_recording(thread.last_sample.node);
    prefetch_code(pyprof_sample_code, pyprof_sample_code_end);
    expect_native_frames(thread.native, thread.last_sample.native);
    expect_python_here(thread.python_memo);
}

}  // namespace pyprof::capture
