#include "agent/capture/thread_name.h"

#include <string>

#include "tests/support/catch.h"
#include "tests/support/fake_python.h"

using namespace pyprof;
using namespace pyprof::capture;
using pyprof::tests::FakePython;

namespace {

const cpython::PythonLayout* any_layout() { return GENERATE(from_range(tests::layouts_since(8))); }

// A frame of this function whose first local variable is a thread of this name.
std::uint64_t frame_of(FakePython& python, const char* function, std::uint64_t name) {
    const std::uint64_t thread = python.instance({{python.text("_target"), 0x10}, {python.text("_name"), name}}, false);
    const std::uint64_t frame = python.push_frame(python.code(function), 1);
    python.put(frame + python.layout().frame.locals, thread | (python.layout().frame.code_tags & 1));
    return frame;
}

std::string name_at(const FakePython& python, std::uint64_t frame) {
    PageCache known;
    char name[16] = "comm";
    const bool found = copy_thread_name(frame, python.layout(), known, name, sizeof name);
    return (found ? "" : "not ") + std::string{name};
}

}  // namespace

TEST_CASE("a thread's name is that of the object which its outermost frame bootstraps") {
    FakePython python{*any_layout()};
    CAPTURE(python.layout().version.minor, python.layout().version.free_threaded);
    CHECK(name_at(python, frame_of(python, "_bootstrap", python.text("loader-3"))) == "loader-3");
    CHECK(name_at(python, frame_of(python, "main", python.text("loader-3"))) == "not comm");
    CHECK(name_at(python, frame_of(python, "_bootstrap", 0)) == "not comm");
    CHECK(name_at(python, frame_of(python, "_bootstrap", python.text(""))) == "not comm");
    CHECK(name_at(python, 0x10) == "not comm");
}

TEST_CASE("names are UTF-8, cut between characters") {
    FakePython python{*any_layout()};
    CHECK(name_at(python, frame_of(python, "_bootstrap", python.wide_text(u"L\u00f6ser \u03a9\u20ac"))) ==
          "L\u00f6ser \u03a9\u20ac");
    CHECK(name_at(python, frame_of(python, "_bootstrap", python.text("0123456789abcdefghij"))) == "0123456789abcde");
    CHECK(name_at(python, frame_of(python, "_bootstrap", python.wide_text(u"0123456789abcd\u03a9"))) ==
          "0123456789abcd");
}
