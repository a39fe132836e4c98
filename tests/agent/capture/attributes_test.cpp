#include "agent/capture/attributes.h"

#include "tests/support/catch.h"
#include "tests/support/fake_python.h"

using namespace pyprof;
using namespace pyprof::capture;
using pyprof::tests::FakePython;

namespace {

const cpython::PythonLayout* any_layout() { return GENERATE(from_range(tests::layouts_since(8))); }

}  // namespace

TEST_CASE("an attribute is found by its name, wherever a version keeps it") {
    FakePython python{*any_layout()};
    CAPTURE(python.layout().version.minor, python.layout().version.free_threaded);
    const bool in_dictionary = GENERATE(false, true);
    const std::uint64_t object = python.instance(
        {{python.text("_target"), 0x10}, {python.text("_name"), 0x20}, {python.text("_args"), 0x30}}, in_dictionary);
    PageCache known;
    CHECK(find_attribute(object, "_target", python.layout(), known) == 0x10);
    CHECK(find_attribute(object, "_name", python.layout(), known) == 0x20);
    CHECK(find_attribute(object, "_args", python.layout(), known) == 0x30);
    CHECK(find_attribute(object, "_nam", python.layout(), known) == 0);
}

TEST_CASE("what is no object has no attributes") {
    FakePython python{*any_layout()};
    PageCache known;
    CHECK(find_attribute(0, "_name", python.layout(), known) == 0);
    CHECK(find_attribute(0x1234'5678'0000, "_name", python.layout(), known) == 0);
    CHECK(find_attribute(python.allocate(256) + 128, "_name", python.layout(), known) == 0);
    const std::uint64_t object = python.instance({{python.text("_name"), 0x20}}, true);
    python.put(object + python.layout().object.type, std::uint64_t{0x10});
    CHECK(find_attribute(object, "_name", python.layout(), known) == 0);
}

TEST_CASE("a table of impossible size is not searched") {
    FakePython python{*tests::layouts_since(8).front()};
    const std::uint64_t object = python.instance({{python.text("_name"), 0x20}}, true);
    const auto& at = python.layout().dictionary;
    const std::uint64_t keys = python.get_pointer(python.get_pointer(object + 40) + at.keys);
    PageCache known;
    python.put(keys + at.entry_count, std::uint64_t{1} << 40);
    CHECK(find_attribute(object, "_name", python.layout(), known) == 0);
    python.put(keys + at.entry_count, std::uint64_t{1});
    python.put(keys + at.slots, std::uint64_t{1} << 60);
    CHECK(find_attribute(object, "_name", python.layout(), known) == 0);
}

TEST_CASE("texts are compared whole") {
    FakePython python{*any_layout()};
    PageCache known;
    CHECK(is_text(python.text("_bootstrap"), "_bootstrap", python.layout(), known));
    CHECK_FALSE(is_text(python.text("_bootstrap_inner"), "_bootstrap", python.layout(), known));
    CHECK_FALSE(is_text(python.text("_boot"), "_bootstrap", python.layout(), known));
    CHECK_FALSE(is_text(python.wide_text(u"_bootstrap"), "_bootstrap", python.layout(), known));
    CHECK_FALSE(is_text(0, "_bootstrap", python.layout(), known));
}
