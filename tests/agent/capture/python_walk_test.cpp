#include "agent/capture/python_walk.h"

#include <memory>
#include <string>
#include <sys/mman.h>
#include <utility>
#include <vector>

#include "agent/cpython/versions.h"
#include "tests/support/catch.h"
#include "tests/support/fake_python.h"
#include "tests/support/memory_recording.h"
#include "tests/support/python_walker.h"

using namespace pyprof;
using namespace pyprof::capture;
using pyprof::tests::FakePython;
using pyprof::tests::name_of;
using pyprof::tests::text_of;
using Walker = pyprof::tests::PythonWalker;

namespace {

const cpython::PythonLayout* any_layout() { return GENERATE(from_range(tests::layouts_since(11))); }

}  // namespace

TEST_CASE("frames are read leaf first and fall into the activations that run them") {
    FakePython python{*any_layout()};
    CAPTURE(python.layout().version.minor);
    const std::uint64_t outer = python.begin_activation();
    python.push_frame(python.code("main"), 10);
    python.push_frame(python.code("sorting"), 20);
    const std::uint64_t inner = python.begin_activation();
    python.push_frame(python.code("key"), 30);

    Walker walker;
    const PythonStack& stack = walker.walk(python);
    CHECK(stack.result == PythonWalk::complete);
    CHECK(stack.attached);
    CHECK(text_of(stack) == " key:30 | sorting:20 main:10");
    REQUIRE(stack.activation_count == 2);
    CHECK(stack.activations[0].marker == inner);
    CHECK(stack.activations[1].marker == outer);
    CHECK(stack.count == 3);
    CHECK(stack.cut_at == 0);
    CHECK(stack.unknown_codes == 0);
}

TEST_CASE("without an interpreter, a thread state or frames there is nothing to read") {
    FakePython python{*any_layout()};
    Walker walker;
    SECTION("no interpreter") {
        cpython::PythonRuntime runtime = python.runtime();
        runtime.state = cpython::RuntimeState::none;
        CHECK(walker.walk(runtime).result == PythonWalk::none);
    }
    SECTION("a thread that never ran Python") {
        python.detach();
        tests::set_bound_thread(0);
        CHECK(walker.walk(python).result == PythonWalk::none);
    }
    SECTION("the key does not exist yet") {
        python.detach();
        if (python.layout().runtime.key == cpython::absent) return;
        python.put(python.runtime().runtime + python.layout().runtime.key_initialized, std::int32_t{0});
        CHECK(walker.walk(python).result == PythonWalk::none);
    }
    SECTION("another thread ends the interpreter") {
        python.put_pointer(python.runtime().runtime + python.layout().runtime.finalizing, 0x1230);
        CHECK(walker.walk(python).result == PythonWalk::none);
    }
    SECTION("no frames") { CHECK(walker.walk(python).result == PythonWalk::complete); }
    CHECK(walker.stack->count == 0);
    CHECK(walker.stack->activation_count == 0);
}

TEST_CASE("a thread without the GIL still shows its frames") {
    FakePython python{*any_layout()};
    python.begin_activation();
    python.push_frame(python.code("waiting"), 7);
    python.detach();
    Walker walker;
    const PythonStack& stack = walker.walk(python);
    CHECK(stack.result == PythonWalk::complete);
    CHECK_FALSE(stack.attached);
    CHECK(text_of(stack) == " waiting:7");
}

TEST_CASE("the GIL's holder is not taken for this thread if it is another") {
    FakePython python{cpython::python_3_11};
    python.begin_activation();
    python.push_frame(python.code("mine"), 1);
    const std::uint64_t mine = python.thread();
    const std::uint64_t other = python.add_thread();
    python.put_pointer(other + python.layout().thread.thread_id, 1);
    tests::set_bound_thread(mine);
    Walker walker;
    const PythonStack& stack = walker.walk(python);
    CHECK_FALSE(stack.attached);
    CHECK(text_of(stack) == " mine:1");
}

TEST_CASE("a frame that still binds its arguments has not started") {
    FakePython python{*any_layout()};
    python.begin_activation();
    python.push_frame(python.code("caller"), 5);
    const std::uint64_t code = python.code("callee", 4);
    Walker walker;
    SECTION("before its first traceable unit") { python.push_frame(code, 3); }
    SECTION("one unit before the code") { python.push_frame(code, -1); }
    CHECK(text_of(walker.walk(python)) == " callee:-1 caller:5");
}

TEST_CASE("a running generator is a frame like any other") {
    FakePython python{*any_layout()};
    python.begin_activation();
    python.push_frame(python.code("caller"), 5);
    constexpr std::uint8_t owned_by_generator = 1;
    python.push_frame(python.code("generator"), 6, owned_by_generator);
    Walker walker;
    CHECK(text_of(walker.walk(python)) == " generator:6 caller:5");
}

TEST_CASE("the interpreter's own frame under __init__ is left out") {
    FakePython python{*GENERATE(from_range(tests::layouts_since(13)))};
    python.begin_activation();
    python.push_frame(python.code("caller"), 5);
    const std::uint64_t both = python.text("__init__");
    const std::uint64_t cleanup = python.code({.file_name = both, .name = both});
    python.push_frame(cleanup, 0);
    python.push_frame(python.code("__init__"), 6);
    Walker walker;
    CHECK(text_of(walker.walk(python)) == " __init__:6 caller:5");
    // Which lies in the interpreter's own object. A program may compile code whose names are one object as well.
    cpython::PythonRuntime runtime = python.runtime();
    runtime.begin = cleanup;
    runtime.end = cleanup + 1;
    CHECK(text_of(walker.walk(runtime)) == " __init__:6 caller:5");
    runtime.begin = cleanup + 1;
    runtime.end = cleanup + 2;
    CHECK(text_of(walker.walk(runtime)) == " __init__:6 __init__:0 caller:5");
}

TEST_CASE("a free-threaded interpreter may run a copy of the instructions") {
    FakePython python{GENERATE(&cpython::python_3_14t, &cpython::python_3_15t)[0]};
    const cpython::PythonLayout& at = python.layout();
    python.begin_activation();
    const std::uint64_t code = python.code("copied");
    const std::uint64_t copies = python.allocate(32), copy = python.allocate(200);
    python.put_pointer(code + at.code.copies, copies);
    python.put_pointer(copies + at.code.first_copy + 2 * 8, copy);
    const std::uint64_t frame = python.push_frame(code, 3);
    Walker walker;
    CHECK(text_of(walker.walk(python)) == " copied:3");
    python.put(frame + at.frame.code_copy, std::int32_t{2});
    python.put_pointer(frame + at.frame.instruction, copy + 2 * 7);
    CHECK(text_of(walker.walk(python)) == " copied:7");
    SECTION("no such copy") { python.put(frame + at.frame.code_copy, std::int32_t{-1}); }
    SECTION("copies that cannot be read") { python.put_pointer(code + at.code.copies, 0x10); }
    CHECK(walker.walk(python).result == PythonWalk::unreadable);
}

TEST_CASE("an activation that is just entered or left is there without frames") {
    FakePython python{*GENERATE(from_range(tests::layouts_since(12)))};
    python.begin_activation();
    python.push_frame(python.code("caller"), 5);
    const std::uint64_t inner = python.begin_activation();
    Walker walker;
    const PythonStack& stack = walker.walk(python);
    REQUIRE(stack.activation_count == 2);
    CHECK(stack.activations[0].marker == inner);
    CHECK(stack.activations[0].count == 0);
    CHECK(text_of(stack) == " | caller:5");
}

TEST_CASE("what makes no sense ends the walk and keeps what was read before") {
    FakePython python{*any_layout()};
    python.begin_activation();
    python.push_frame(python.code("main"), 1);
    const std::uint64_t wrong = python.push_frame(python.code("wrong"), 2);
    python.push_frame(python.code("leaf"), 3);
    const std::uint64_t code = python.get_pointer(wrong + python.layout().frame.code);
    SECTION("the code is none") { python.put_pointer(code + python.layout().object.type, 0x40); }
    SECTION("the code cannot be read") { python.put_pointer(wrong + python.layout().frame.code, 0x40); }
    SECTION("the instruction is behind the code") {
        python.put_pointer(wrong + python.layout().frame.instruction, code + python.layout().code.instructions + 200);
    }
    SECTION("the instruction is before the code") {
        python.put_pointer(wrong + python.layout().frame.instruction, code);
    }
    Walker walker;
    const PythonStack& stack = walker.walk(python);
    CHECK(stack.result == PythonWalk::unreadable);
    CHECK(text_of(stack) == " leaf:3");
}

TEST_CASE("a chain that bites its tail is given up") {
    FakePython python{*any_layout()};
    python.begin_activation();
    const std::uint64_t first = python.push_frame(python.code("first"), 1);
    const std::uint64_t second = python.push_frame(python.code("second"), 2);
    python.put_pointer(first + python.layout().frame.previous, second);
    Walker walker;
    const PythonStack& stack = walker.walk(python);
    // Where control frames say where an activation's frames end, frames that never get there are none of it.
    if (python.layout().frame.activations == cpython::Activations::control_frames)
        CHECK(stack.count == 0);
    else
        CHECK(stack.result == PythonWalk::unreadable);
}

TEST_CASE("a very deep stack keeps its leaf end and its root end") {
    FakePython python{*any_layout()};
    const std::uint64_t code =
        python.code({.file_name = python.text("f"), .name = python.text("deep"), .units = 20000});
    python.begin_activation();
    const std::uint32_t depth = GENERATE(512u, 513u, 576u, 577u, 640u, 641u, 10000u);
    for (std::uint32_t i = 0; i < depth; ++i) python.push_frame(code, static_cast<std::int32_t>(i));
    Walker walker;
    const PythonStack& stack = walker.walk(python);
    CAPTURE(depth);
    const std::uint32_t kept = std::min(depth, max_python_frames);
    CHECK(stack.result == PythonWalk::complete);
    CHECK(stack.count == kept);
    CHECK(stack.activations[0].count == kept);
    CHECK(stack.cut_at == (depth > kept ? max_python_leaf_frames : 0));
    for (std::uint32_t i = 0; i < kept; ++i) {
        const std::uint32_t from_leaf = i < max_python_leaf_frames ? i : depth - kept + i;
        REQUIRE(stack.frames[i].unit == static_cast<std::int32_t>(depth - 1 - from_leaf));
    }
}

TEST_CASE("code of several interpreters on one thread is found and ordered by address") {
    FakePython python{*any_layout()};
    const std::uint64_t outer = python.begin_activation();
    python.push_frame(python.code("main"), 1);
    python.detach();
    python.add_thread(1);
    const std::uint64_t inner = python.begin_activation();
    python.push_frame(python.code("sub"), 2);
    Walker walker;
    const PythonStack& stack = walker.walk(python);
    CHECK(stack.result == PythonWalk::complete);
    REQUIRE(stack.activation_count == 2);
    CHECK(stack.activations[0].marker == std::min(inner, outer));  // a real C stack grows down, this one up
    CHECK(stack.activations[1].marker == std::max(inner, outer));
    CHECK(text_of(stack) == " main:1 | sub:2");
}

TEST_CASE("thread states of other threads are left alone") {
    FakePython python{*any_layout()};
    python.begin_activation();
    python.push_frame(python.code("main"), 1);
    const std::uint64_t own = python.thread();
    const std::uint64_t other = python.add_thread(1);
    python.begin_activation();
    python.push_frame(python.code("elsewhere"), 2);
    python.put_pointer(other + python.layout().thread.thread_id, 0x7777);
    tests::set_bound_thread(own);
    Walker walker;
    CHECK(text_of(walker.walk(python)) == " main:1");
}

TEST_CASE("frames whose code cannot be stored are counted") {
    FakePython python{*any_layout()};
    python.begin_activation();
    python.push_frame(python.code("main"), 1);
    Walker walker;
    tests::set_recording_full(true);
    const PythonStack& stack = walker.walk(python);
    tests::set_recording_full(false);
    CHECK(stack.unknown_codes == 1);
    CHECK(stack.frames[0].code == 0);
}

namespace {

constexpr std::uint64_t library_begin = 0x7000'0000'0000, library_end = 0x7000'0010'0000;

// The runtime of a fake whose library has called the code that is interrupted.
cpython::PythonRuntime waiting(const FakePython& python, Walker& walker) {
    cpython::PythonRuntime runtime = python.runtime();
    runtime.begin = library_begin;
    runtime.end = library_end;
    walker.native.count = 2;
    walker.native.end = WalkEnd::stopped;
    walker.native.frames[0] = {
        .pc = 0x1000, .sp = 0, .module = 7, .is_return_address = false, .guessed = false, .function = 0};
    walker.native.frames[1] = {
        .pc = library_begin + 8, .sp = 8, .module = 8, .is_return_address = true, .guessed = false, .function = 0};
    return runtime;
}

// A copy of a code object on a page of its own, which can be taken away.
class CodeOnPage {
public:
    explicit CodeOnPage(std::uint64_t code) { std::memcpy(page_, reinterpret_cast<const void*>(code), 1024); }
    ~CodeOnPage() { munmap(page_, page_size); }
    CodeOnPage(const CodeOnPage&) = delete;
    CodeOnPage& operator=(const CodeOnPage&) = delete;
    std::uint64_t address() const { return reinterpret_cast<std::uint64_t>(page_); }
    void take_away() { mprotect(page_, page_size, PROT_NONE); }

private:
    void* page_ = mmap(nullptr, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
};

// As another code object would be: with another version where there are versions.
void replace_name(FakePython& python, std::uint64_t code) {
    const cpython::PythonLayout& at = python.layout();
    python.put_pointer(code + at.code.name, python.text("again"));
    if (at.code.version != cpython::absent) python.put(code + at.code.version, std::uint32_t{4711});
}

}  // namespace

TEST_CASE("remembered frames read as frames met for the first time") {
    FakePython python{*any_layout()};
    python.begin_activation();
    python.push_frame(python.code("main"), 1);
    python.begin_activation();
    const std::uint64_t caller = python.push_frame(python.code("caller"), 2);
    python.push_frame(python.code("leaf"), 3);
    Walker walker;
    const cpython::PythonRuntime runtime = GENERATE(true, false) ? waiting(python, walker) : python.runtime();
    const std::string first = text_of(walker.walk(runtime));
    CHECK(first == " leaf:3 caller:2 | main:1");
    CHECK(text_of(walker.walk(runtime)) == first);
    CHECK(walker.stack->result == PythonWalk::complete);
    CHECK(walker.stack->attached);
    const cpython::PythonLayout& at = python.layout();
    SECTION("another instruction") {
        const std::uint64_t code = python.get_pointer(caller + at.frame.code);
        python.put_pointer(caller + at.frame.instruction, code + at.code.instructions + 2 * 9);
        CHECK(text_of(walker.walk(runtime)) == " leaf:3 caller:9 | main:1");
    }
    SECTION("another code object in the same frame") {
        const std::uint64_t code = python.code("other");
        python.put_pointer(caller + at.frame.code, code);
        python.put_pointer(caller + at.frame.instruction, code + at.code.instructions + 2 * 4);
        CHECK(text_of(walker.walk(runtime)) == " leaf:3 other:4 | main:1");
    }
    SECTION("another code object at the same address") {
        replace_name(python, python.get_pointer(caller + at.frame.code));
        CHECK(text_of(walker.walk(runtime)) == " leaf:3 again:2 | main:1");
    }
    SECTION("another recording") {
        walker.codes->reset();
        tests::clear_recording();
        CHECK(text_of(walker.walk(runtime)) == first);
    }
    SECTION("more frames") {
        python.push_frame(python.code("new"), 4);
        CHECK(text_of(walker.walk(runtime)) == " new:4" + first);
        CHECK(text_of(walker.walk(runtime)) == " new:4" + first);
    }
    SECTION("no code object any more") {
        const std::uint64_t code = python.get_pointer(caller + at.frame.code);
        replace_name(python, code);
        python.put_pointer(code + at.object.type, 0x40);
        CHECK(text_of(walker.walk(runtime)) == " leaf:3");
        CHECK(walker.stack->result == PythonWalk::unreadable);
    }
}

TEST_CASE("the innermost frame's code object may be gone although its frame is remembered") {
    FakePython python{*any_layout()};
    CodeOnPage code{python.code("dying")};
    python.begin_activation();
    python.push_frame(python.code("caller"), 2);
    python.push_frame(code.address(), 3);
    Walker walker;
    const cpython::PythonRuntime runtime = waiting(python, walker);
    // Calls of the interpreter, 0 unknown: that which it was met in, and that in which it is gone.
    const auto [met, gone] = GENERATE(std::pair{0, 0}, std::pair{4711, 0}, std::pair{4711, 4712});
    walker.call = static_cast<std::uint64_t>(met);
    for (int i = 0; i < 2; ++i) CHECK(text_of(walker.walk(runtime)) == " dying:3 caller:2");
    code.take_away();
    walker.call = static_cast<std::uint64_t>(gone);
    // Where the data stack tells which frames run, only the one is left out.
    const bool has_data_stack = python.layout().thread.data_stack_top != cpython::absent;
    CHECK(text_of(walker.walk(runtime)) == (has_data_stack ? " caller:2" : ""));
    CHECK(walker.stack->result == (has_data_stack ? PythonWalk::complete : PythonWalk::unreadable));
}

TEST_CASE("a call during which the innermost frame kept its code object is remembered") {
    const auto counts = [](const cpython::PythonLayout* layout) {
        return layout->object.references != cpython::absent;
    };
    FakePython python{*GENERATE_COPY(filter(counts, from_range(tests::layouts_since(11))))};
    const cpython::PythonLayout& at = python.layout();
    const std::uint64_t code = python.code("leaf");
    python.begin_activation();
    python.push_frame(python.code("caller"), 2);
    python.push_frame(code, 3);
    Walker walker;
    cpython::PythonRuntime runtime = waiting(python, walker);
    walker.call = 4711;
    bool expected = false;
    SECTION("something refers to it") { expected = true; }
    SECTION("nothing refers to it any more") { python.put(code + at.object.references, std::uint64_t{0}); }
    SECTION("its memory is the allocator's again") {
        python.put(code + at.object.references, std::uint64_t{0x7f12'3456'7890});
    }
    SECTION("the interpreter does not wait") { walker.native.frames[0].pc = library_begin; }
    SECTION("nobody knows which call it is") { walker.call = 0; }
    CHECK(walker.walk(runtime).result == PythonWalk::complete);
    const RememberedFrames remembered{walker.memo, walker.codes->epoch()};
    CHECK(remembered.knows_call(4711, code) == expected);
    CHECK_FALSE(remembered.knows_call(4712, code));
    CHECK_FALSE(remembered.knows_call(4711, python.code("other")));
}

TEST_CASE("where references are counted in two places no call is remembered") {
    FakePython python{cpython::python_3_14t};
    const std::uint64_t code = python.code("leaf");
    python.begin_activation();
    python.push_frame(code, 3);
    Walker walker;
    const cpython::PythonRuntime runtime = waiting(python, walker);
    walker.call = 4711;
    CHECK(walker.walk(runtime).result == PythonWalk::complete);
    CHECK_FALSE(RememberedFrames{walker.memo, walker.codes->epoch()}.knows_call(4711, code));
}

TEST_CASE("texts are probed of a code object that nothing refers to") {
    FakePython python{cpython::python_3_11};
    const cpython::PythonLayout& at = python.layout();
    const std::uint64_t code = python.code("dying"), nowhere = 1ULL << 46;
    python.begin_activation();
    python.push_frame(python.code("caller"), 2);
    python.push_frame(code, 3);
    Walker walker;
    const cpython::PythonRuntime runtime = waiting(python, walker);
    CHECK(text_of(walker.walk(runtime)) == " dying:3 caller:2");
    for (const cpython::Offset text : {at.code.name, at.code.file_name}) python.put_pointer(code + text, nowhere);
    python.put(code + at.object.references, GENERATE(std::uint64_t{0}, std::uint64_t{0x7f12'3456'7890}));
    CHECK(walker.walk(runtime).result == PythonWalk::complete);
    CHECK(walker.stack->count == 2);
}

TEST_CASE("remembered frames are probed unless the interpreter waits for the interrupted code") {
    FakePython python{*any_layout()};
    python.begin_activation();
    CodeOnPage code{python.code("caller")};
    python.push_frame(code.address(), 2);
    python.push_frame(python.code("leaf"), 3);
    Walker walker;
    const cpython::PythonRuntime runtime = waiting(python, walker);
    for (int i = 0; i < 2; ++i) CHECK(text_of(walker.walk(runtime)) == " leaf:3 caller:2");
    code.take_away();
    SECTION("the interpreter itself is interrupted") { walker.native.frames[0].pc = library_begin; }
    SECTION("a signal handler runs") { walker.native.frames[1].is_return_address = false; }
    SECTION("code made at run time") { walker.native.frames[0].module = 0; }
    SECTION("nothing is known of the native stack") { walker.native.count = 0; }
    CHECK(walker.walk(runtime).result == PythonWalk::unreadable);
    CHECK(text_of(*walker.stack) == " leaf:3");
}

TEST_CASE("a thread whose whole native stack is free of the interpreter runs no Python") {
    FakePython python{*any_layout()};
    python.begin_activation();
    python.push_frame(python.code("main"), 1);
    Walker walker;
    const cpython::PythonRuntime runtime = waiting(python, walker);
    walker.native.frames[1].pc = library_end;
    CHECK(walker.walk(runtime).result == PythonWalk::complete);  // perhaps below where the native walk stopped
    walker.native.end = WalkEnd::bottom;
    CHECK(walker.walk(runtime).result == PythonWalk::none);
}
