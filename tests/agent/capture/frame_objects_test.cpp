// The Python walk of versions before 3.11, in which each frame is an object with an activation of its own.
#include <string>

#include "agent/cpython/versions.h"
#include "tests/support/catch.h"
#include "tests/support/fake_python.h"
#include "tests/support/python_walker.h"

using namespace pyprof;
using namespace pyprof::capture;
using pyprof::tests::FakePython;

namespace {

const cpython::PythonLayout& any_layout() {
    return *GENERATE(&cpython::python_3_8, &cpython::python_3_9, &cpython::python_3_10);
}
const cpython::PythonLayout& counted() { return *GENERATE(&cpython::python_3_8, &cpython::python_3_9); }

struct Walker : tests::PythonWalker {
    const PythonStack& walk(const FakePython& python) {
        python.fill(native);
        return walk_as_is(python);
    }
    // With the native stack as the test left it.
    const PythonStack& walk_as_is(const FakePython& python) { return PythonWalker::walk(python); }
};

// "leaf:unit@N …" where N is the number of the loop, counted from the root, whose marker the frame has; - for none.
std::string text_of(const FakePython& python, const PythonStack& stack) {
    std::string text;
    for (std::uint32_t k = 0; k < stack.activation_count; ++k) {
        const Activation& activation = stack.activations[k];
        std::string loop = "-";
        for (std::size_t i = 0; i < python.markers().size(); ++i)
            if (python.markers()[i] == activation.marker) loop = std::to_string(i);
        for (std::uint32_t i = 0; i < activation.count; ++i) {
            const PythonFrame& frame = stack.frames[activation.first + i];
            text += " " + tests::name_of(frame.code) + ":" + std::to_string(frame.unit) + "@" + loop;
        }
        if (activation.count == 0) text += " @" + loop;
    }
    return text;
}

FakePython three_frames(const cpython::PythonLayout& layout) {
    FakePython python{layout};
    python.push_frame(python.code("main"), 1);
    python.push_frame(python.code("caller"), 2);
    python.push_frame(python.code("leaf"), 3);
    return python;
}

// Takes the loop with this number, counted from the root, out of the native stack.
void remove_loop(NativeStack& native, std::uint32_t loop) {
    const std::uint32_t at = native.count - 1 - 2 * loop;
    for (std::uint32_t i = at; i + 1 < native.count; ++i) native.frames[i] = native.frames[i + 1];
    --native.count;
}

}  // namespace

TEST_CASE("every frame has an activation of its own") {
    const FakePython python = three_frames(any_layout());
    Walker walker;
    const PythonStack& stack = walker.walk(python);
    CHECK(stack.result == PythonWalk::complete);
    CHECK(text_of(python, stack) == " leaf:3@2 caller:2@1 main:1@0");
    CHECK(text_of(python, walker.walk(python)) == " leaf:3@2 caller:2@1 main:1@0");  // and from memory
}

TEST_CASE("a frame that was not started is before its first unit") {
    FakePython python{any_layout()};
    python.push_frame(python.code("generator"), -1);
    Walker walker;
    CHECK(text_of(python, walker.walk(python)) == " generator:-1@0");
}

TEST_CASE("a loop that has not linked its frame yet is an activation without frames") {
    FakePython python = three_frames(any_layout());
    python.enter_loop();
    Walker walker;
    CHECK(text_of(python, walker.walk(python)) == " @3 leaf:3@2 caller:2@1 main:1@0");
    const std::uint64_t frame = python.link_frame(python.code("new"), 0);
    CHECK(frame != 0);
    CHECK(text_of(python, walker.walk(python)) == " new:0@3 leaf:3@2 caller:2@1 main:1@0");
}

TEST_CASE("a loop that has popped its control frame is the interrupted function") {
    FakePython python = three_frames(cpython::python_3_10);
    python.unlink_control_frame();
    Walker walker;
    python.fill(walker.native);
    for (std::uint32_t i = 1; i < walker.native.count; ++i) walker.native.frames[i - 1] = walker.native.frames[i];
    --walker.native.count;  // nothing was called any more
    const PythonStack& stack = walker.walk_as_is(python);
    CHECK(stack.result == PythonWalk::complete);
    CHECK(text_of(python, stack) == " leaf:3@2 caller:2@1 main:1@0");
}

TEST_CASE("the part of the loop that the compiler moved away is the loop") {
    const FakePython python = three_frames(counted());
    Walker walker;
    python.fill(walker.native);
    std::uint64_t& pc = walker.native.frames[3].pc;
    SECTION("inside") { pc = FakePython::cold_begin + 8; }
    SECTION("a call was its last instruction") { pc = FakePython::cold_begin + FakePython::loop_bytes; }
    CHECK(text_of(python, walker.walk_as_is(python)) == " leaf:3@2 caller:2@1 main:1@0");
}

TEST_CASE("where a loop is missing nobody knows which") {
    const FakePython python = three_frames(counted());
    Walker walker;
    python.fill(walker.native);
    remove_loop(walker.native, GENERATE(0u, 1u, 2u));
    const PythonStack& stack = walker.walk_as_is(python);
    CHECK(stack.activation_count == 1);
    CHECK(text_of(python, stack) == " leaf:3@- caller:2@- main:1@-");
}

TEST_CASE("without the root of the native stack the leaves are taken for each other's") {
    const FakePython python = three_frames(counted());
    Walker walker;
    python.fill(walker.native);
    walker.native.count = 4;  // the loops of leaf and caller
    walker.native.end = WalkEnd::full;
    CHECK(text_of(python, walker.walk_as_is(python)) == " leaf:3@2 caller:2@1 main:1@-");
}

TEST_CASE("a coroutine on a stack of a library hides the frames of its caller") {
    FakePython python = three_frames(counted());
    python.put_pointer(python.thread() + python.layout().thread.current_frame, 0);
    python.push_frame(python.code("coroutine"), 4);
    Walker walker;
    CHECK(text_of(python, walker.walk(python)) == " coroutine:4@3");
}

TEST_CASE("the attached one of two interpreters has the innermost frames") {
    FakePython python{counted()};
    python.push_frame(python.code("outer"), 1);
    python.push_frame(python.code("run"), 2);
    python.add_thread(1);
    python.push_frame(python.code("inner"), 3);
    Walker walker;
    const PythonStack& stack = walker.walk(python);
    CHECK(stack.result == PythonWalk::complete);
    CHECK(text_of(python, stack) == " inner:3@2 run:2@1 outer:1@0");
}

TEST_CASE("an instruction behind the code ends the walk") {
    FakePython python{any_layout()};
    const std::uint64_t code = python.code("main");
    SECTION("too far") { python.push_frame(code, 100); }
    SECTION("no instructions at all") {
        python.put_pointer(code + python.layout().code.byte_code, 0x10);
        python.push_frame(code, 1);
    }
    Walker walker;
    CHECK(walker.walk(python).result == PythonWalk::unreadable);
    CHECK(walker.stack->count == 0);
}

TEST_CASE("a chain of frame objects that bites its tail is given up") {
    FakePython python{any_layout()};
    const std::uint64_t first = python.push_frame(python.code("first"), 1);
    const std::uint64_t second = python.push_frame(python.code("second"), 2);
    python.put_pointer(first + python.layout().frame.previous, second);
    Walker walker;
    CHECK(walker.walk(python).result == PythonWalk::unreadable);
}
