#include "agent/cpython/debug_offsets.h"

#include <cstring>
#include <vector>

#include "agent/cpython/versions.h"
#include "tests/support/catch.h"
#include "tests/support/stated_offsets.h"

using namespace pyprof;
using namespace pyprof::cpython;
using pyprof::tests::stated_offsets_3_13;
using pyprof::tests::StatedOffset;

namespace {

using Memory = std::vector<unsigned char>;

void put(Memory& memory, std::uint32_t at, std::uint64_t value) { std::memcpy(memory.data() + at, &value, 8); }

Memory memory_of(std::uint64_t StatedOffset::*version) {
    Memory memory(584);
    std::memcpy(memory.data(), "xdebugpy", 8);
    for (const StatedOffset& each : stated_offsets_3_13) put(memory, each.at, each.*version);
    return memory;
}

bool equal(const PythonLayout& a, const PythonLayout& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

}  // namespace

TEST_CASE("the header tells the version and whether the build is free-threaded") {
    const DebugOffsetsHeader plain = read_debug_offsets_header(memory_of(&StatedOffset::v3_13_18));
    CHECK(plain.present);
    CHECK(plain.version == 0x030d12f0);
    CHECK_FALSE(plain.free_threaded);
    CHECK(read_debug_offsets_header(memory_of(&StatedOffset::v3_13_0t)).free_threaded);
}

TEST_CASE("without the cookie there are no debug offsets") {
    Memory memory = memory_of(&StatedOffset::v3_13_0);
    SECTION("another word") { memory[0] = 'y'; }
    SECTION("too short") { memory.resize(16); }
    CHECK_FALSE(read_debug_offsets_header(memory).present);
}

TEST_CASE("the vendored layout of 3.13 is what 3.13 interpreters state") {
    const auto version = GENERATE(&StatedOffset::v3_13_0, &StatedOffset::v3_13_18);
    PythonLayout layout = python_3_13;
    CHECK(apply_debug_offsets(memory_of(version), debug_offsets_3_13, layout) == DebugOffsetsResult::agrees);
    CHECK(equal(layout, python_3_13));
}

TEST_CASE("where the interpreter states another figure it is right") {
    PythonLayout layout = python_3_13;
    CHECK(apply_debug_offsets(memory_of(&StatedOffset::v3_13_0t), debug_offsets_3_13, layout) ==
          DebugOffsetsResult::differs);
    CHECK(layout.object.type == 24);
    CHECK(layout.code.file_name == 128);
    CHECK(layout.code.instructions == 216);
    CHECK(layout.text.state == 48);
    CHECK(layout.text.ascii_data == 56);
    CHECK(layout.frame.owner == 70);
    CHECK(layout.runtime.key == python_3_13.runtime.key);
}

TEST_CASE("the vendored layout of free-threaded 3.13 is what such an interpreter states") {
    PythonLayout layout = python_3_13t;
    CHECK(apply_debug_offsets(memory_of(&StatedOffset::v3_13_0t), debug_offsets_3_13, layout) ==
          DebugOffsetsResult::agrees);
}

TEST_CASE("a field that the build does not have stays absent") {
    PythonLayout layout = python_3_13;
    layout.frame.owner = absent;
    CHECK(apply_debug_offsets(memory_of(&StatedOffset::v3_13_0t), debug_offsets_3_13, layout) ==
          DebugOffsetsResult::differs);
    CHECK(layout.frame.owner == absent);
}

TEST_CASE("figures that make no sense are refused as a whole") {
    Memory memory = memory_of(&StatedOffset::v3_13_18);
    constexpr std::uint32_t frame_size = 224, frame_instruction = 248, interpreter_size = 48, interpreter_next = 64;
    SECTION("outside its structure") { put(memory, frame_instruction, 80); }
    SECTION("over the end of its structure") { put(memory, frame_instruction, 76); }
    SECTION("not aligned") { put(memory, frame_instruction, 57); }
    SECTION("huge") { put(memory, frame_instruction, ~0ULL - 7); }
    SECTION("in a structure without size") { put(memory, frame_size, 0); }
    SECTION("in a structure larger than any") {
        put(memory, interpreter_size, 1ULL << 40);
        put(memory, interpreter_next, 1ULL << 36);
    }
    SECTION("a table that is cut off") { memory.resize(500); }
    PythonLayout layout = python_3_13;
    layout.thread.next = 4711;  // would be replaced
    const PythonLayout before = layout;
    CHECK(apply_debug_offsets(memory, debug_offsets_3_13, layout) == DebugOffsetsResult::invalid);
    CHECK(equal(layout, before));
}
