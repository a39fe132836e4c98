// The Python walk of 3.11 and 3.12, in which control frames lead to the frames of each activation.
#include "agent/cpython/versions.h"
#include "tests/support/catch.h"
#include "tests/support/fake_python.h"
#include "tests/support/python_walker.h"

using namespace pyprof;
using namespace pyprof::capture;
using pyprof::tests::FakePython;
using pyprof::tests::text_of;
using Walker = pyprof::tests::PythonWalker;

namespace {

const cpython::PythonLayout& any_layout() { return *GENERATE(&cpython::python_3_11, &cpython::python_3_12); }

}  // namespace

TEST_CASE("a control frame that is published before it is filled has no frames of its own") {
    FakePython python{any_layout()};
    python.begin_activation();
    python.push_frame(python.code("caller"), 5);
    const std::uint64_t inner = python.begin_activation();
    const std::uint64_t current_frame = inner + python.layout().control_frame.current_frame;
    Walker walker;
    SECTION("garbage") { python.put_pointer(current_frame, 0x1234567); }
    SECTION("unmapped") { python.put_pointer(current_frame, 0x10); }
    SECTION("a frame that ended") {
        const std::uint64_t ended = python.push_frame(python.code("ended"), 1);
        python.put_pointer(ended + python.layout().frame.previous, python.allocate(128));
    }
    const PythonStack& stack = walker.walk(python);
    CHECK(stack.result == PythonWalk::complete);
    CHECK(text_of(stack) == " | caller:5");
    CHECK(stack.activations[0].marker == inner);
}

TEST_CASE("the control frame before one that is not filled yet lies in the next loop's native frame") {
    FakePython python{any_layout()};
    const auto& at = python.layout().control_frame;
    const std::uint64_t root = python.thread() + python.layout().thread.root_control_frame;
    const std::uint64_t top_at = python.thread() + python.layout().thread.data_stack_top;
    const std::uint64_t inner = python.begin_activation();
    python.push_frame(python.code("inner"), 1);
    const std::uint64_t top = python.get_pointer(top_at);
    const std::uint64_t library = python.begin_activation();
    const std::uint64_t outer = python.begin_activation();
    const std::uint64_t caller = python.push_frame(python.code("caller"), 5);
    python.put_pointer(caller + python.layout().frame.previous, 0);

    // The fake's memory grows upwards, a stack downwards: from inner to library to outer.
    python.put_pointer(python.thread() + python.layout().thread.control_frame, inner);
    python.put_pointer(library + at.current_frame, 0);
    python.put_pointer(library + at.previous, root);
    python.put_pointer(outer + at.previous, root);
    Walker walker;
    walker.native.end = WalkEnd::bottom;
    for (const std::uint64_t control : {inner, outer}) {
        const bool is_leaf = control == inner;
        NativeFrame* const frame = walker.native.frames + walker.native.count;
        frame[0] = {FakePython::loop_begin + 9, control - 16, 8, !is_leaf, false, 9};
        frame[1] = {0x1000, control + 64, 8, true, false, 0};
        walker.native.count += 2;
    }
    const char* expected = " | caller:5";
    SECTION("garbage") { python.put_pointer(inner + at.previous, 0x1234567); }
    SECTION("of a loop that ended") {
        const std::uint64_t ended = python.allocate(64);
        python.put_pointer(ended + at.previous, root);
        python.put_pointer(inner + at.previous, ended);
    }
    SECTION("garbage between the two") { python.put_pointer(inner + at.previous, inner + 8); }
    SECTION("filled") {
        python.put_pointer(inner + at.previous, outer);
        python.put_pointer(outer + at.current_frame, 0);
        python.put_pointer(top_at, top);
        expected = " inner:1";
    }
    SECTION("the thread's, put there by a coroutine library") {
        python.put_pointer(inner + at.previous, root);
        python.put_pointer(top_at, top);
        expected = " inner:1";
    }
    SECTION("a coroutine library's") {
        python.put_pointer(inner + at.previous, library);
        python.put_pointer(top_at, top);
        expected = " inner:1";
    }
    SECTION("filled, where the next loop is a guess that is off") {
        python.put_pointer(inner + at.previous, outer);
        python.put_pointer(outer + at.current_frame, 0);
        python.put_pointer(top_at, top);
        walker.native.frames[2].guessed = true;
        walker.native.frames[3].sp -= 8;
        expected = " inner:1";
    }
    const PythonStack& stack = walker.walk(python);
    CHECK(stack.result == PythonWalk::complete);
    CHECK(text_of(stack) == expected);
    CHECK(stack.activations[0].marker == inner);
}

TEST_CASE("a frame that is linked before it is written is left out") {
    FakePython python{any_layout()};
    python.begin_activation();
    const std::uint64_t codes[] = {python.code("caller"), python.code("callee")};
    python.push_frame(codes[0], 5);
    const std::uint64_t callee = python.push_frame(codes[1], 6);
    SECTION("its code") { python.put_pointer(callee + python.layout().frame.code, 0x1230); }
    SECTION("its instruction") { python.put_pointer(callee + python.layout().frame.instruction, 0x1230); }
    Walker walker;
    const PythonStack& stack = walker.walk(python);
    CHECK(stack.result == PythonWalk::complete);
    CHECK(text_of(stack) == " caller:5");
}

TEST_CASE("a coroutine library's empty control frame is no activation") {
    FakePython python{any_layout()};
    const std::uint64_t library = python.begin_activation();
    python.put_pointer(library + python.layout().control_frame.current_frame, 0);
    const std::uint64_t marker = python.begin_activation();
    python.push_frame(python.code("coroutine"), 5);
    Walker walker;
    const PythonStack& stack = walker.walk(python);
    CHECK(stack.result == PythonWalk::complete);
    REQUIRE(stack.activation_count == 1);
    CHECK(stack.activations[0].marker == marker);
}
