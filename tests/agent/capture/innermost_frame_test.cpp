#include "agent/capture/innermost_frame.h"

#include <cstring>
#include <vector>

#include "agent/cpython/versions.h"
#include "tests/support/catch.h"
#include "tests/support/fake_python.h"

using namespace pyprof;
using namespace pyprof::capture;
using tests::FakePython;

namespace {

constexpr std::uint8_t owned_by_generator = 1;

// A caller's frame, and above it the loop that is interrupted.
struct Interrupted {
    FakePython python{GENERATE(&cpython::python_3_11, &cpython::python_3_12)[0]};
    std::uint64_t caller, top = 0;

    Interrupted() {
        python.begin_activation();
        caller = python.push_frame(python.code("caller"), 5);
        python.begin_activation();
    }
    std::uint64_t push(const char* name, std::uint8_t owner = 0) {
        const std::uint64_t frame = python.push_frame(python.code(name), 1, owner);
        if (owner == 0) top = frame + python.layout().frame.bytes + 16;
        return frame;
    }
    std::uint64_t previous_of(std::uint64_t frame) {
        return python.get_pointer(frame + python.layout().frame.previous);
    }
    std::uint64_t find(std::uint64_t frame) {
        PageCache known;
        return InnermostFrame{python.layout(), top, known}.find(frame, caller);
    }
};

}  // namespace

TEST_CASE("the frame at the end of the data stack is the innermost") {
    Interrupted thread;
    const std::uint64_t outer = thread.push("outer"), inner = thread.push("inner");
    CHECK(thread.find(inner) == inner);
    CHECK(thread.find(outer) == thread.caller);  // not the one that runs
    CHECK(thread.find(thread.caller) == thread.caller);
}

TEST_CASE("frames that were taken off are left out") {
    Interrupted thread;
    const std::uint64_t running = thread.push("running");
    const std::uint64_t end = thread.top;
    const std::uint64_t gone = thread.push("gone"), gone_too = thread.push("gone too");
    thread.top = end;
    CHECK(thread.find(gone) == running);
    CHECK(thread.find(gone_too) == running);
    thread.python.put_pointer(gone + thread.python.layout().frame.previous, thread.caller);
    CHECK(thread.find(gone_too) == thread.caller);
}

TEST_CASE("a frame whose callee is being made runs") {
    Interrupted thread;
    const std::uint64_t running = thread.push("running");
    const std::uint64_t callee = thread.push("callee");
    REQUIRE(callee > running + thread.python.layout().frame.bytes + 16);  // a code object lies between
    const std::uint64_t beside = running + thread.python.layout().frame.bytes + 16;
    const std::uint64_t code_at = thread.python.layout().frame.code;
    std::vector<std::uint64_t> kept(64);
    std::memcpy(kept.data(), reinterpret_cast<const void*>(beside), kept.size() * 8);
    std::memcpy(reinterpret_cast<void*>(beside), reinterpret_cast<const void*>(callee), 64);
    thread.python.put_pointer(beside + code_at, thread.python.get_pointer(callee + code_at));
    thread.top = beside + thread.python.layout().frame.bytes + 16;
    CHECK(thread.find(running) == running);
    std::memcpy(reinterpret_cast<void*>(beside), kept.data(), kept.size() * 8);
    CHECK(thread.find(running) == thread.caller);
}

TEST_CASE("a generator's frame counts while its generator runs") {
    Interrupted thread;
    const std::uint64_t running = thread.push("running");
    const std::uint64_t delegating = thread.push("delegating", owned_by_generator);
    const std::uint64_t generator = thread.push("generator", owned_by_generator);
    const auto set_state = [&](std::uint64_t frame, std::int8_t state) {
        thread.python.put(frame - thread.python.layout().frame.generator_state, state);
    };
    CHECK(thread.find(generator) == generator);
    set_state(generator, -1);  // it has yielded
    CHECK(thread.find(generator) == delegating);
    set_state(generator, 0);
    set_state(delegating, 1);  // it is finished, so that what it called was left there
    CHECK(thread.find(generator) == running);
}

TEST_CASE("a generator that native code resumes has no frame on the data stack below it") {
    Interrupted thread;
    const std::uint64_t generator = thread.push("generator", owned_by_generator);
    CHECK(thread.find(generator) == generator);
    thread.python.put(generator - thread.python.layout().frame.generator_state, std::int8_t{-1});
    CHECK(thread.find(generator) == thread.caller);
}

TEST_CASE("what leads nowhere is no frame") {
    Interrupted thread;
    const std::uint64_t first = thread.push("first"), second = thread.push("second");
    const cpython::Offset previous = thread.python.layout().frame.previous;
    SECTION("unmapped") { CHECK(thread.find(0x10) == thread.caller); }
    SECTION("odd") { CHECK(thread.find(second + 1) == thread.caller); }
    SECTION("to an address that cannot be read") {
        thread.python.put_pointer(first + previous, 0x1000);
        CHECK(thread.find(second) == thread.caller);
    }
    SECTION("in circles") {
        const std::uint64_t to = GENERATE(0, 1);
        thread.python.put_pointer(first + previous, to == 0 ? first : second);
        CHECK(thread.find(second) == thread.caller);
        thread.top = 8;  // nor where no frame of the circle is the top
        CHECK(thread.find(second) == thread.caller);
    }
}
