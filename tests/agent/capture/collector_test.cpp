#include "agent/capture/collector.h"

#include <memory>

#include "agent/capture/python_walk.h"
#include "tests/support/catch.h"
#include "tests/support/fake_python.h"
#include "tests/support/memory_recording.h"

using namespace pyprof;
using namespace pyprof::capture;
using pyprof::tests::FakePython;

namespace {

constexpr std::uint64_t collector = 0x4000, other = 0x5000;

// A thread in a stack of native functions, given by where they begin, from the leaf.
struct Thread {
    FakePython python;
    std::unique_ptr<CodeTable> codes = std::make_unique<CodeTable>();
    std::unique_ptr<PythonStack> stack = std::make_unique<PythonStack>();
    std::unique_ptr<NativeStack> native = std::make_unique<NativeStack>();

    explicit Thread(const cpython::PythonLayout& layout) : python{layout} { tests::clear_recording(); }

    std::uint32_t collector_in(std::initializer_list<std::uint64_t> functions) {
        native->count = 0;
        for (const std::uint64_t function : functions) {
            NativeFrame& frame = native->frames[native->count];
            frame = {.pc = function + 0x10,
                     .sp = 0x100 * ++native->count,
                     .module = 1,
                     .is_return_address = true,
                     .guessed = false,
                     .function = 0x10};
        }
        cpython::PythonRuntime runtime = python.runtime();
        runtime.collector[0] = 0x3000;
        runtime.collector[1] = collector;
        PythonMemo memo{};
        RecordingWriter writer;
        walk_python(runtime, {*native, StackBounds{}, memo}, *codes, writer, *stack);
        return stack->collector;
    }
};

const cpython::PythonLayout* any_layout() { return GENERATE(from_range(tests::layouts_since(8))); }

}  // namespace

TEST_CASE("while an interpreter collects garbage, the collector begins with its outermost frame") {
    Thread thread{*any_layout()};
    CAPTURE(thread.python.layout().version.minor, thread.python.layout().version.free_threaded);
    CHECK(thread.collector_in({other, collector, other}) == no_collector);
    thread.python.begin_collection();
    CHECK(thread.collector_in({other, collector, other}) == 1);
    CHECK(thread.collector_in({collector}) == 0);
    CHECK(thread.collector_in({collector, other, collector, other, other}) == 2);
    thread.python.detach();  // in a finalizer that waits
    CHECK(thread.collector_in({other, collector, other}) == 1);
}

TEST_CASE("a thread without the collector's frame leaves it to another one") {
    Thread thread{*any_layout()};
    thread.python.begin_collection();
    CHECK(thread.collector_in({other, other}) == no_collector);
    CHECK(thread.collector_in({}) == no_collector);
}

TEST_CASE("frames of which no function is known are nobody's") {
    auto native = std::make_unique<NativeStack>();
    native->count = 1;
    native->frames[0].pc = 0;
    CHECK(find_collector(cpython::PythonRuntime{}, *native) == no_collector);
}
