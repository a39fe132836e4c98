#pragma once
// The asyncio task that a thread runs, from 3.14 on: earlier versions do not keep it where it can be found without
// running Python. Async-signal-safe; part of the Python walk.
//
// The thread state holds a reference to the task, so the task may be read. Its name may be replaced by another thread
// meanwhile, unless this one holds the interpreter's lock; otherwise the kernel is asked for a copy.
#include <cstdint>

#include "agent/capture/memory.h"
#include "agent/cpython/runtime.h"
#include "wire/recording.h"

namespace pyprof::capture {

struct RunningTask {
    std::uint64_t frame = 0;  // address of its coroutine's frame, 0: no task runs
    std::uint64_t name = 0;   // address of the object that names it
};
// `task` is what the thread state says. No frame if this is no task of the C module's class or a class derived from it.
RunningTask find_running_task(std::uint64_t task, const cpython::PythonRuntime& runtime, PageCache& known);

// As the interpreter stores it, cut to what fits.
struct TaskName {
    static constexpr std::uint32_t capacity = 256;
    std::uint32_t bytes = 0;
    wire::TextKind kind = wire::TextKind::latin1;
    bool truncated = false;
    unsigned char data[capacity];
};

// The name that the program gave to the task; for one without ("Task-17"), of which there may be any number, the
// qualified name of its coroutine's code object, which was read. False: neither can be read.
bool copy_task_name(const RunningTask& task, std::uint64_t code, bool holds_lock, const cpython::PythonRuntime& runtime,
                    PageCache& known, TaskName& name);

}  // namespace pyprof::capture
