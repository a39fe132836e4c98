#include "agent/capture/running_task.h"

#include <cstring>
#include <memory>
#include <string>

#include "agent/capture/python_walk.h"
#include "tests/support/catch.h"
#include "tests/support/fake_python.h"
#include "tests/support/memory_recording.h"

using namespace pyprof;
using namespace pyprof::capture;
using pyprof::tests::FakePython;

namespace {

// A thread with the frames main, step (C code called it) and inner, of which step is the coroutine of its task.
struct Thread {
    FakePython python;
    cpython::PythonRuntime runtime;
    std::uint64_t task = 0;
    std::unique_ptr<CodeTable> codes = std::make_unique<CodeTable>();

    explicit Thread(const cpython::PythonLayout& layout) : python{layout}, runtime{python.runtime()} {
        tests::clear_recording();
        runtime.text_type = python.allocate(64);
        const auto& at = layout.task;
        python.begin_activation();
        python.push_frame(python.code("main"), 1);
        python.begin_activation();
        const std::uint64_t coroutine = python.push_frame(python.code("step"), 2, 1);
        python.push_frame(python.code("inner"), 3);
        const std::uint64_t type = python.allocate(512);
        python.put(type + layout.type.basic_size, std::uint64_t{at.size});
        task = python.allocate(at.size);
        python.put(task + layout.object.type, type);
        python.put(task + at.is_task, std::uint8_t{1});
        python.put(task + at.coroutine, coroutine - at.frame);
        python.put(python.thread() + layout.thread.running_task, task);
    }

    std::uint64_t text(std::string_view content) {
        const std::uint64_t object = python.text(content);
        python.put(object + python.layout().object.type, runtime.text_type);
        return object;
    }

    void name(std::uint64_t object) { python.put(task + python.layout().task.name, object); }

    // Names of all frames, from the leaf; the task's in brackets.
    std::string frames() {
        auto stack = std::make_unique<PythonStack>();
        auto native = std::make_unique<NativeStack>();
        PythonMemo memo{};
        RecordingWriter writer;
        walk_python(runtime, {*native, StackBounds{}, memo}, *codes, writer, *stack);
        CHECK(stack->result == PythonWalk::complete);
        std::string text;
        for (std::uint32_t i = 0; i < stack->count; ++i) {
            const wire::CodeRecord* const record = tests::find_code_record(stack->frames[i].code);
            REQUIRE(record != nullptr);
            const std::string found{reinterpret_cast<const char*>(record + 1) + record->file_bytes, record->name_bytes};
            text += (i == 0 ? "" : " ") + (record->is_task != 0 ? "[" + found + "]" : found);
        }
        return text;
    }
};

const cpython::PythonLayout* any_layout() { return GENERATE(from_range(tests::layouts_since(14))); }

}  // namespace

TEST_CASE("a task stands above the frame of its coroutine") {
    Thread thread{*any_layout()};
    CAPTURE(thread.python.layout().version.minor, thread.python.layout().version.free_threaded);
    thread.name(thread.text("fetch of page 3"));
    CHECK(thread.frames() == "inner step [fetch of page 3] main");
    thread.python.detach();  // the kernel copies its name
    CHECK(thread.frames() == "inner step [fetch of page 3] main");
}

TEST_CASE("tasks without a name of their own have that of their coroutine") {
    Thread thread{*any_layout()};
    SECTION("a number so far") { thread.name(thread.python.allocate(64)); }
    SECTION("asyncio's own") { thread.name(thread.text("Task-1234")); }
    SECTION("unreadable") { thread.name(0x10); }
    CHECK(thread.frames() == "inner step [step] main");
}

TEST_CASE("what looks like a number is a name") {
    Thread thread{*any_layout()};
    thread.name(thread.text("Task-12a"));
    CHECK(thread.frames() == "inner step [Task-12a] main");
    thread.name(thread.text("Task-"));
    CHECK(thread.frames() == "inner step [Task-] main");
}

TEST_CASE("a long name is cut") {
    Thread thread{*any_layout()};
    thread.name(thread.text(std::string(1000, 'x')));
    CHECK(thread.frames() == "inner step [" + std::string(TaskName::capacity, 'x') + "] main");
}

TEST_CASE("another object than a task is none") {
    Thread thread{*any_layout()};
    thread.name(thread.text("fetch"));
    const auto& layout = thread.python.layout();
    SECTION("a future") { thread.python.put(thread.task + layout.task.is_task, std::uint8_t{0}); }
    SECTION("smaller") {
        const std::uint64_t type = thread.python.get_pointer(thread.task + layout.object.type);
        thread.python.put(type + layout.type.basic_size, std::uint64_t{layout.task.size} - 8);
    }
    SECTION("unreadable") { thread.python.put(thread.python.thread() + layout.thread.running_task, std::uint64_t{8}); }
    SECTION("no coroutine") { thread.python.put(thread.task + layout.task.coroutine, std::uint64_t{0}); }
    CHECK(thread.frames() == "inner step main");
}

TEST_CASE("there are only so many names of tasks") {
    Thread thread{*tests::layouts_since(14).front()};
    RecordingWriter writer;
    TaskName name;
    name.bytes = sizeof(std::uint32_t);
    std::uint32_t stored = 0;
    for (std::uint32_t i = 0; i < 3000; ++i) {
        std::memcpy(name.data, &i, sizeof i);
        stored += thread.codes->id_of_task(name, writer) != 0 ? 1 : 0;
    }
    CHECK(stored == 1024);
    thread.name(thread.text("one more"));
    CHECK(thread.frames() == "inner step main");
}
