#include "agent/capture/cfi.h"

#include <random>

#include "tests/agent/capture/cfi_bytes.h"
#include "tests/support/catch.h"

using namespace pyprof::capture;
using pyprof::tests::Bytes;
using pyprof::tests::CfiBytes;

namespace {

const Bytes usual_start = {0x0c, 7, 8, 0x90, 1};  // def_cfa rsp 8; offset rip -8

// push rbp; mov rbp, rsp; …; pop rbp; ret
const Bytes with_frame_pointer = {0x41, 0x0e, 16,   0x86, 2,   // at 1: def_cfa_offset 16; offset rbp -16
                                  0x43, 0x0d, 6,               // at 4: def_cfa_register rbp
                                  0x02, 0x20, 0x0c, 7,    8};  // at 36: def_cfa rsp 8

struct Fixture {
    std::uint64_t code;
    CfiBytes cfi;

    explicit Fixture(const Bytes& instructions, const char* augmentation = "zR", std::uint32_t length = 64)
        : cfi{augmentation, usual_start} {
        code = cfi.address() + (1 << 20);
        cfi.add_function(code, length, instructions);
        cfi.header();
    }
    bool rules(std::uint64_t offset, FrameRules& found) {
        FunctionEntry entry;
        return find_function(cfi.address(), cfi.memory(), code + offset, entry) &&
               find_rules(entry, code + offset, found);
    }
    Row row(std::uint64_t offset) {
        FrameRules found;
        return rules(offset, found) ? compact(found) : Row{};
    }
};

}  // namespace

TEST_CASE("the entry of a pc is the one whose range holds it") {
    CfiBytes cfi{"zR", usual_start};
    const std::uint64_t code = cfi.address() + (1 << 20);
    cfi.add_function(code, 16, {});
    cfi.add_function(code + 16, 8, {});
    cfi.add_function(code + 32, 8, {});
    cfi.header();
    const auto start_of = [&](std::uint64_t pc) {
        FunctionEntry entry;
        return find_function(cfi.address(), cfi.memory(), pc, entry) ? entry.begin - code : ~0ULL;
    };
    CHECK(start_of(code - 1) == ~0ULL);
    CHECK(start_of(code) == 0);
    CHECK(start_of(code + 15) == 0);
    CHECK(start_of(code + 16) == 16);
    CHECK(start_of(code + 24) == ~0ULL);  // the gap before the third
    CHECK(start_of(code + 39) == 32);
    CHECK(start_of(code + 40) == ~0ULL);
    for (std::uint64_t pc = code + 24; pc < code + 32; ++pc) {
        FunctionEntry gap;
        REQUIRE_FALSE(find_function(cfi.address(), cfi.memory(), pc, gap));
        CHECK(gap.begin == code + 24);
        CHECK(gap.end == code + 32);
    }
    FunctionEntry last;
    REQUIRE_FALSE(find_function(cfi.address(), cfi.memory(), code + 40, last));
    CHECK(last.end - last.begin == 1);
}

TEST_CASE("a function with a frame pointer has four rows") {
    Fixture function{with_frame_pointer};
    const auto expect = [&](std::uint64_t from, std::uint64_t to, RowKind kind, std::int64_t cfa, std::int64_t rbp) {
        for (std::uint64_t pc = from; pc < to; ++pc) {
            CAPTURE(pc);
            CHECK(function.row(pc).bits() == Row(kind, cfa, rbp).bits());
        }
    };
    expect(0, 1, RowKind::rsp, 1, Row::rbp_same);
    expect(1, 4, RowKind::rsp, 2, -2);
    expect(4, 36, RowKind::rbp, 2, -2);
    expect(36, 64, RowKind::rsp, 1, -2);
}

TEST_CASE("all rows of a function are found at once") {
    Fixture function{with_frame_pointer};
    FunctionEntry entry;
    REQUIRE(find_function(function.cfi.address(), function.cfi.memory(), function.code, entry));
    RowPart rows[8];
    REQUIRE(find_rows(entry, rows, 8) == 4);
    const std::uint64_t ends[] = {1, 4, 36, 64};
    std::uint64_t begin = 0;
    for (int i = 0; i < 4; ++i) {
        CHECK(rows[i].begin - function.code == begin);
        CHECK(rows[i].end - function.code == ends[i]);
        CHECK(rows[i].row.bits() == function.row(begin).bits());
        begin = ends[i];
    }
    CHECK(find_rows(entry, rows, 2) == 2);
    CHECK(rows[1].end - function.code == 4);
}

TEST_CASE("a function whose instructions jump or are damaged has no list of rows") {
    const auto instructions = GENERATE(Bytes{0x41, 0x01, 0, 0, 0, 0}, Bytes{0x41, 0x3f});  // set_loc; unknown
    Fixture function{instructions};
    FunctionEntry entry;
    RowPart rows[8];
    REQUIRE(find_function(function.cfi.address(), function.cfi.memory(), function.code, entry));
    CHECK(find_rows(entry, rows, 8) == 0);
}

TEST_CASE("rules say for which code they hold") {
    Fixture function{with_frame_pointer};
    const auto part = GENERATE(std::pair{0, 1}, std::pair{1, 4}, std::pair{4, 36}, std::pair{36, 64});
    for (int pc = part.first; pc < part.second; ++pc) {
        FrameRules rules;
        REQUIRE(function.rules(static_cast<std::uint64_t>(pc), rules));
        CHECK(rules.begin - function.code == static_cast<std::uint64_t>(part.first));
        CHECK(rules.end - function.code == static_cast<std::uint64_t>(part.second));
    }
    FrameRules rules;
    Fixture jumping{{0x01, 0, 0, 0, 0}};  // set_loc, which may go anywhere
    REQUIRE(jumping.rules(5, rules));
    CHECK(rules.begin == jumping.code + 5);
    CHECK(rules.end == jumping.code + 6);
}

TEST_CASE("remember and restore bring the whole state back") {
    Fixture function{{0x41, 0x0e, 16, 0x86, 2, 0x41, 0x0a, 0x41, 0x0e, 8, 0xc6, 0x41, 0x0b}};
    CHECK(function.row(3).bits() == Row(RowKind::rsp, 1, Row::rbp_same).bits());
    CHECK(function.row(4).bits() == Row(RowKind::rsp, 2, -2).bits());
}

TEST_CASE("a linkage table's expression becomes a row with its threshold") {
    const unsigned char threshold = GENERATE(9, 10, 11);
    const auto lit = static_cast<unsigned char>(0x30 + threshold);
    Fixture function{{0x0f, 11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, lit, 0x2a, 0x33, 0x24, 0x22}};
    CHECK(function.row(5).kind() == RowKind::plt);
    CHECK(function.row(5).cfa_field() == threshold);
}

TEST_CASE("a realigned frame finds its CFA and rbp through rbp") {
    Fixture function{
        {0x0f, 3, 0x76, 0x78, 0x06, 0x10, 6, 2, 0x76, 0}};  // def_cfa_expression breg6 -8 deref; expression rbp breg6 0
    CHECK(function.row(0).bits() == Row(RowKind::deref_rbp, -1, Row::rbp_at_rbp).bits());
}

TEST_CASE("what no row expresses is left to the exact decoder") {
    CHECK(Fixture{{0x0c, 10, 0}}.row(0).kind() == RowKind::exact);             // CFA in r10
    CHECK(Fixture{{0x0e, 0x88, 0x80, 0x04}}.row(0).kind() == RowKind::exact);  // 65544 bytes of frame
    CHECK(Fixture{{0x0e, 12}}.row(0).kind() == RowKind::exact);                // not whole words
    CHECK(Fixture{{0x90, 3}}.row(0).kind() == RowKind::exact);                 // return address elsewhere
    CHECK(Fixture{{0x09, 6, 3}}.row(0).kind() == RowKind::exact);              // rbp in rbx
    CHECK(Fixture{{0x0f, 2, 0x77, 8}}.row(0).kind() == RowKind::exact);        // another expression
}

TEST_CASE("an undefined return address is the bottom, a signal frame is known by its letter") {
    CHECK(Fixture{{0x07, 16}}.row(0).kind() == RowKind::bottom);
    CHECK(Fixture{{}, "zRS"}.row(0).kind() == RowKind::signal);
}

TEST_CASE("unknown instructions and a restore without remember have no rules") {
    FrameRules rules;
    CHECK_FALSE(Fixture{{0x3f}}.rules(0, rules));
    CHECK_FALSE(Fixture{{0x0b}}.rules(0, rules));
    CHECK(Fixture{{0x42, 0x3f}}.rules(1, rules));  // behind the pc: never reached
}

TEST_CASE("truncated tables are refused at every length") {
    Fixture function{with_frame_pointer};
    MemoryRange memory = function.cfi.memory();
    FunctionEntry entry;
    REQUIRE(find_function(function.cfi.address(), memory, function.code, entry));
    while (memory.end-- > memory.begin)
        CHECK_FALSE(find_function(function.cfi.address(), memory, function.code, entry));
}

TEST_CASE("damaged tables never lead out of their memory") {
    std::mt19937 random{4711};
    for (int round = 0; round < 20000; ++round) {
        Fixture function{with_frame_pointer};
        Bytes& bytes = function.cfi.bytes();
        for (int flips = 0; flips < 3; ++flips) bytes[random() % bytes.size()] = static_cast<unsigned char>(random());
        FrameRules rules;
        FunctionEntry entry;
        if (!find_function(function.cfi.address(), function.cfi.memory(), function.code + random() % 64, entry))
            continue;
        CHECK(entry.instructions.begin >= function.cfi.memory().begin);
        CHECK(entry.instructions.end <= function.cfi.memory().end);
        if (find_rules(entry, function.code, rules)) compact(rules);
    }
}
