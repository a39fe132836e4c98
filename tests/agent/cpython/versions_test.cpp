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

TEST_CASE("other versions are not taken for one that is near") {
    CHECK(find_version(first_supported_minor - 1, false) == nullptr);
    CHECK(find_version(last_supported_minor + 1, false) == nullptr);
    CHECK(find_version(13, true) == nullptr);
}

TEST_CASE("a layout names the fields that its forms need") {
    for (std::uint32_t minor = first_supported_minor; minor <= last_supported_minor; ++minor) {
        CAPTURE(minor);
        const PythonLayout& layout = *find_version(minor, false)->layout;
        const bool control_frames = layout.frame.activations == Activations::control_frames;
        CHECK((layout.thread.control_frame != absent) == control_frames);
        CHECK((layout.thread.root_control_frame != absent) == control_frames);
        CHECK((layout.control_frame.previous != absent) == control_frames);
        CHECK((layout.thread.current_frame != absent) == !control_frames);
        const bool by_runtime = layout.thread.attached_from == AttachedFrom::runtime;
        CHECK((layout.runtime.attached != absent) == by_runtime);
        CHECK((layout.thread.status != absent) == !by_runtime);
    }
}

TEST_CASE("every field lies inside the part of its structure that the walk checks") {
    for (std::uint32_t minor = first_supported_minor; minor <= last_supported_minor; ++minor) {
        CAPTURE(minor);
        const PythonLayout& layout = *find_version(minor, false)->layout;
        CHECK(layout.frame.code + 8 <= layout.frame.bytes);
        CHECK(layout.frame.previous + 8 <= layout.frame.bytes);
        CHECK(layout.frame.instruction + 8 <= layout.frame.bytes);
        CHECK(layout.frame.owner < layout.frame.bytes);
        CHECK(layout.code.instructions == layout.code.basic_size);
        for (const Offset field :
             {layout.code.file_name, layout.code.name, layout.code.qualified_name, layout.code.line_table,
              layout.code.first_traceable, layout.code.first_line, layout.code.flags})
            CHECK(field + 8 <= layout.code.basic_size);
        CHECK(layout.text.length + 8 <= layout.text.ascii_data);
        CHECK(layout.text.state + 4 <= layout.text.ascii_data);
    }
}
