#include "agent/discover/evaluation_loop.h"

#include "tests/agent/capture/cfi_bytes.h"
#include "tests/support/catch.h"

using namespace pyprof::discover;
using pyprof::tests::Bytes;
using pyprof::tests::CfiBytes;

namespace {

constexpr unsigned char def_cfa = 0x0c, def_cfa_offset = 0x0e, advance_1 = 0x41, rsp = 7, rbp = 6;
const Bytes usual_start = {def_cfa, rsp, 8};
const Bytes pushes = {advance_1, def_cfa_offset, 16};

}  // namespace

TEST_CASE("the part of a function that was moved away follows it in the call frame information") {
    CfiBytes cfi{"zR", usual_start};
    const std::uint64_t code = cfi.address() + 0x100000;
    SECTION("with a frame that is already there") {
        // The table is sorted by address, the records stand in the order in which they were written: here both.
        cfi.add_function(code, 0x100, pushes);
        cfi.add_function(code + 0x1000, 0x80, {def_cfa_offset, 64});
        cfi.add_function(code + 0x2000, 0x80, pushes);
        const std::uint64_t header = cfi.header();
        const auto cold = find_cold_part(header, cfi.memory(), code + 8);
        CHECK(cold.begin == code + 0x1000);
        CHECK(cold.end == code + 0x1080);
        CHECK(cold.holds(code + 0x1000));
        CHECK_FALSE(cold.holds(code + 0x1080));
    }
    SECTION("with a frame pointer") {
        cfi.add_function(code, 0x100, pushes);
        cfi.add_function(code + 0x1000, 0x80, {def_cfa, rbp, 16});
        const std::uint64_t header = cfi.header();
        CHECK(find_cold_part(header, cfi.memory(), code).begin == code + 0x1000);
    }
    SECTION("another function is none") {
        cfi.add_function(code, 0x100, pushes);
        cfi.add_function(code + 0x1000, 0x80, pushes);
        const std::uint64_t header = cfi.header();
        CHECK(find_cold_part(header, cfi.memory(), code).begin == 0);
    }
    SECTION("nor is the end of the information") {
        cfi.add_function(code, 0x100, pushes);
        const std::uint64_t header = cfi.header();
        CHECK(find_cold_part(header, cfi.memory(), code).begin == 0);
        CHECK(find_cold_part(header, cfi.memory(), code + 0x5000).begin == 0);
    }
}

TEST_CASE("a process without an interpreter has no evaluation loop") {
    const EvaluationLoop loop = find_evaluation_loop();
    CHECK(loop.hot.begin == loop.hot.end);
    CHECK(loop.cold.begin == loop.cold.end);
}
