#include "agent/capture/native_code.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "tests/support/catch.h"

using namespace pyprof::capture;

namespace {

RecordingWriter writer;

std::unique_ptr<NativeCode> ready() {
    auto code = std::make_unique<NativeCode>();
    REQUIRE(code->set_up(writer, "/the/program"));
    return code;
}

std::uint64_t start_of_qsort() { return reinterpret_cast<std::uint64_t>(&std::qsort); }

}  // namespace

TEST_CASE("a row knows its module and how far its function's start is") {
    const auto code = ready();
    for (std::uint64_t offset = 0; offset < 4; ++offset) {
        const Row row = code->find_row(start_of_qsort() + offset, 0);
        CHECK(row.kind() == RowKind::rsp);
        CHECK(row.module() == 1);
        CHECK(row.function() == offset);
    }
    CHECK(code->find_row(start_of_qsort(), 0).cfa_field() ==
          1);  // at its entry only the return address is on the stack
}

TEST_CASE("a cached row is the decoded one") {
    const auto code = ready();
    const std::uint64_t pc = start_of_qsort() + 1;
    const Row decoded = code->find_row(pc, 0);
    Row cached;
    REQUIRE(code->rows.find(pc, 0, cached));
    CHECK(cached.bits() == decoded.bits());
    CHECK(code->find_row(pc, 0).bits() == decoded.bits());
}

TEST_CASE("with one row of a function the others are known") {
    const auto code = ready();
    FunctionEntry entry{};
    Module module;
    REQUIRE(code->modules.find(start_of_qsort(), module));
    // The next function with several rows of some length.
    RowPart parts[16];
    std::uint32_t count = 0;
    for (std::uint64_t pc = start_of_qsort(); count < 3; pc = std::max(pc + 1, entry.end))
        count =
            find_function(module.eh_frame_header, module.unwind_memory, pc, entry) ? find_rows(entry, parts, 16) : 0;
    const auto is_known = [&](std::uint64_t pc) {
        Row row;
        return code->rows.find(pc, 0, row) || code->wide_rows.find(pc, 0, row) || code->huge_rows.find(pc, 0, row);
    };
    CHECK_FALSE(is_known(parts[count - 1].begin));
    code->find_row(entry.begin, 0);
    for (std::uint32_t i = 0; i < count; ++i) {
        if (parts[i].end - parts[i].begin < 16) continue;
        CAPTURE(i);
        CHECK(is_known(parts[i].begin));
        CHECK(is_known(parts[i].end - 1));
        const std::uint64_t inside = parts[i].begin + 5;
        FrameRules rules;
        REQUIRE(code->find_frame_rules(inside, rules));
        CHECK(code->find_row(inside, 0).bits() == compact(rules).in(1, inside - entry.begin).bits());
    }
}

TEST_CASE("outside every object there is no row and no module, and nothing is cached") {
    const auto code = ready();
    int place = 0;
    const auto pc = reinterpret_cast<std::uint64_t>(&place);
    CHECK(code->find_row(pc, 0).kind() == RowKind::none);
    CHECK(code->find_row(pc, 0).module() == 0);
    Row row;
    CHECK_FALSE(code->rows.find(pc, 0, row));
    FrameRules rules;
    CHECK_FALSE(code->find_frame_rules(pc, rules));
}

TEST_CASE("rules and row of one pc say the same") {
    const auto code = ready();
    FrameRules rules;
    for (std::uint64_t pc = start_of_qsort(); pc < start_of_qsort() + 4; ++pc) {
        REQUIRE(code->find_frame_rules(pc, rules));
        CHECK(compact(rules).in(1, pc - start_of_qsort()).bits() == code->find_row(pc, 0).bits());
    }
}
