#include "agent/cpython/versions.h"

#include "tests/support/catch.h"

using namespace pyprof::cpython;

TEST_CASE("the supported versions are found, each as itself") {
    for (std::uint32_t minor = first_supported_minor; minor <= last_supported_minor; ++minor) {
        const SupportedVersion* const version = find_version(minor, false);
        REQUIRE(version != nullptr);
        CHECK(version->layout->version.minor == minor);
        CHECK((version->debug_offsets != nullptr) == (minor >= 13));
    }
}

TEST_CASE("free-threaded builds are layouts of their own") {
    for (std::uint32_t minor = first_supported_minor; minor <= last_supported_minor; ++minor) {
        const SupportedVersion* const version = find_version(minor, true);
        CHECK((version != nullptr) == (minor >= 13));
        if (version != nullptr) CHECK(version->layout->version.free_threaded);
    }
}

TEST_CASE("other versions are not taken for one that is near") {
    CHECK(find_version(first_supported_minor - 1, false) == nullptr);
    CHECK(find_version(last_supported_minor + 1, false) == nullptr);
    CHECK(find_version(12, true) == nullptr);
}

TEST_CASE("a layout names the fields that its forms need") {
    for (const SupportedVersion& version : supported_versions()) {
        const PythonLayout& layout = *version.layout;
        CAPTURE(layout.version.minor, layout.version.free_threaded);
        const Activations form = layout.frame.activations;
        const bool control_frames = form == Activations::control_frames || form == Activations::paired_control_frames;
        CHECK((layout.thread.control_frame != absent) == control_frames);
        CHECK((layout.thread.root_control_frame != absent) == control_frames);
        CHECK((layout.control_frame.previous != absent) == control_frames);
        CHECK((layout.control_frame.current_frame != absent) == (form == Activations::control_frames));
        CHECK((layout.thread.current_frame != absent) == (form != Activations::control_frames));
        CHECK((layout.thread.data_stack_chunk != absent) == (layout.thread.data_stack_top != absent));
        const bool by_runtime = layout.thread.attached_from == AttachedFrom::runtime;
        CHECK((layout.runtime.attached != absent) == by_runtime);
        CHECK((layout.thread.status != absent) == !by_runtime);
        CHECK((layout.runtime.key != absent) == (layout.runtime.key_initialized != absent));
        const bool are_objects = layout.frame.instruction_is != Instruction::address;
        CHECK((layout.frame.owner == absent) == are_objects);
        CHECK((layout.code.byte_code != absent) == are_objects);
        CHECK((layout.code.instructions == absent) == are_objects);
        CHECK((layout.code.copies != absent) == (layout.frame.code_copy != absent));
    }
}

TEST_CASE("every field lies inside the part of its structure that the walk checks") {
    for (const SupportedVersion& version : supported_versions()) {
        const PythonLayout& layout = *version.layout;
        CAPTURE(layout.version.minor, layout.version.free_threaded);
        const auto is_inside = [](Offset field, Offset width, Offset bytes) {
            return field == absent || field + width <= bytes;
        };
        CHECK(is_inside(layout.frame.code, 8, layout.frame.bytes));
        CHECK(is_inside(layout.frame.previous, 8, layout.frame.bytes));
        CHECK(is_inside(layout.frame.instruction, 4, layout.frame.bytes));
        CHECK(is_inside(layout.frame.owner, 1, layout.frame.bytes));
        CHECK(is_inside(layout.frame.code_copy, 4, layout.frame.bytes));
        CHECK((layout.code.instructions == absent || layout.code.instructions == layout.code.basic_size));
        for (const Offset field : {layout.code.file_name, layout.code.name, layout.code.qualified_name,
                                   layout.code.line_table, layout.code.first_traceable, layout.code.first_line,
                                   layout.code.flags, layout.code.version, layout.code.byte_code, layout.code.copies})
            CHECK(is_inside(field, 8, layout.code.basic_size));
        CHECK(is_inside(layout.text.length, 8, layout.text.ascii_data));
        CHECK(is_inside(layout.text.state, 4, layout.text.ascii_data));
    }
}
