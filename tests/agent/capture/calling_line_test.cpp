#include "agent/capture/calling_line.h"

#include <memory>
#include <sys/mman.h>

#include "tests/support/catch.h"
#include "tests/support/fake_python.h"
#include "tests/support/memory_recording.h"

using namespace pyprof;
using namespace pyprof::capture;
using pyprof::tests::FakePython;

namespace {

const cpython::PythonLayout* any_layout() { return GENERATE(from_range(tests::layouts_since(8))); }

struct Reader {
    std::unique_ptr<CodeTable> codes = std::make_unique<CodeTable>();
    RecordingWriter writer;
    CallingLine line;

    Reader() { tests::clear_recording(); }

    std::uint64_t key(const FakePython& python) {
        const cpython::PythonRuntime runtime = python.runtime();
        const CallingLine::Frame frame = line.innermost(runtime, 0);
        return frame.frame == 0 ? 0 : line.look_up(frame, runtime, *codes, writer);
    }
};

}  // namespace

TEST_CASE("the line is that of the innermost frame, attached or not") {
    FakePython python{*any_layout()};
    CAPTURE(python.layout().version.minor);
    python.begin_activation();
    python.push_frame(python.code("main"), 10);
    python.push_frame(python.code("exchange"), 20);
    if (GENERATE(false, true)) python.detach();
    Reader reader;
    const std::uint64_t key = reader.key(python);
    CHECK(wire::node_key::kind(key) == wire::node_key::python);
    CHECK(wire::node_key::unit_of(key) == 20);
    const wire::CodeRecord* const record =
        tests::find_code_record(static_cast<std::uint32_t>(wire::node_key::code_of(key)));
    REQUIRE(record != nullptr);
    CHECK(std::string{reinterpret_cast<const char*>(record + 1) + record->file_bytes, record->name_bytes} ==
          "exchange");
}

TEST_CASE("a line that was looked up is known, another one is not") {
    FakePython python{*any_layout()};
    python.begin_activation();
    const std::uint64_t code = python.code("step");
    python.push_frame(code, 10);
    Reader reader;
    const cpython::PythonRuntime runtime = python.runtime();
    const std::uint64_t key = reader.key(python);
    const CallingLine::Frame frame = reader.line.innermost(runtime, 0);
    const bool lasts = python.layout().code.copies == cpython::absent;
    CHECK(reader.line.known_key(frame, reader.codes->epoch()) == (lasts ? key : 0));
    CHECK(reader.line.known_key(frame, reader.codes->epoch() + 1) == 0);
    CallingLine::Frame other = frame;
    other.instruction += 2;
    CHECK(reader.line.known_key(other, reader.codes->epoch()) == 0);
    reader.codes->reset();
    CHECK(reader.line.known_key(frame, reader.codes->epoch()) == 0);
}

TEST_CASE("what a module calls while it is imported is called by the line that imports") {
    FakePython python{*any_layout()};
    CAPTURE(python.layout().version.minor);
    python.begin_activation();
    const bool imports = GENERATE(false, true);
    if (imports) python.push_frame(python.code("main"), 10);
    const std::uint64_t file = python.text("<frozen importlib._bootstrap_external>");
    const std::uint64_t machinery = python.code({.file_name = file, .name = python.text("exec_module")});
    python.push_frame(machinery, 20);
    python.push_frame(machinery, 30);
    Reader reader;
    CHECK(wire::node_key::unit_of(reader.key(python)) == (imports ? 10 : 30));
    const cpython::PythonRuntime runtime = python.runtime();
    const CallingLine::Frame frame = reader.line.innermost(runtime, 0);
    if (imports) CHECK(reader.line.known_key(frame, reader.codes->epoch()) == 0);  // another import may be next
}

TEST_CASE("threads that run no Python have no line") {
    FakePython python{*any_layout()};
    Reader reader;
    SECTION("no frames") {}
    SECTION("a thread that never ran Python") {
        python.begin_activation();
        python.push_frame(python.code("main"), 1);
        python.detach();
        tests::set_bound_thread(0);
    }
    SECTION("another thread ends the interpreter") {
        python.begin_activation();
        python.push_frame(python.code("main"), 1);
        python.put_pointer(python.runtime().runtime + python.layout().runtime.finalizing, 0x1230);
    }
    CHECK(reader.key(python) == 0);
}

TEST_CASE("an interpreter that was unloaded, and a thread state that is gone, are not read") {
    FakePython python{*tests::layouts_since(11).front()};
    python.begin_activation();
    python.push_frame(python.code("main"), 1);
    void* const gone = mmap(nullptr, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(gone != MAP_FAILED);
    Reader reader;
    REQUIRE(reader.key(python) != 0);
    SECTION("the interpreter") {
        cpython::PythonRuntime runtime = python.runtime();
        runtime.runtime = reinterpret_cast<std::uint64_t>(gone);
        CHECK(reader.line.innermost(runtime, 1).frame == 0);  // a library was unloaded since
    }
    SECTION("the thread state") {
        tests::set_bound_thread(reinterpret_cast<std::uint64_t>(gone));
        CHECK(reader.key(python) == 0);
    }
    munmap(gone, 1 << 20);
}
