#include "agent/capture/exact_cfi.h"

#include <functional>

#include "tests/agent/capture/cfi_bytes.h"
#include "tests/support/catch.h"

using namespace pyprof::capture;
using pyprof::tests::Bytes;

namespace {

// Sixteen words of stack and a frame at its lowest.
struct FakeStack {
    std::uint64_t words[16];
    FrameRegisters frame;

    FakeStack() {
        for (std::uint64_t i = 0; i < 16; ++i) words[i] = 0x1000 + i;
        for (std::uint32_t column = 0; column < Registers::count; ++column) frame.set(column, 100 + column);
        frame.set(rsp_register, address(0));
        frame.set(rbp_register, address(6));
    }
    std::uint64_t address(std::uint64_t word) const { return reinterpret_cast<std::uint64_t>(words + word); }
    StackMemory memory() const { return {{address(0), address(16)}, address(0)}; }
};

Rule rule_at(std::int64_t offset) { return {Rule::Kind::at_cfa_offset, 0, offset}; }

// rsp + offset, return address below the CFA.
FrameRules usual_rules(std::uint32_t cfa_register, std::int64_t cfa_offset) {
    FrameRules rules;
    rules.cfa_register = cfa_register;
    rules.cfa_offset = cfa_offset;
    rules.registers[return_register] = rule_at(-8);
    return rules;
}

bool run(const Bytes& code, std::uint64_t& value) {
    const FakeStack stack;
    StackMemory memory = stack.memory();
    return evaluate({reinterpret_cast<std::uint64_t>(code.data()), static_cast<std::uint32_t>(code.size())},
                    stack.frame, memory, nullptr, value);
}

std::uint64_t value_of(const Bytes& code) {
    std::uint64_t value = 0;
    REQUIRE(run(code, value));
    return value;
}

bool fails(const Bytes& code) {
    std::uint64_t value = 0;
    return !run(code, value);
}

}  // namespace

TEST_CASE("a step finds the caller's registers where the rules say") {
    FakeStack stack;
    StackMemory memory = stack.memory();
    FrameRules rules = usual_rules(rsp_register, 32);
    rules.registers[3] = rule_at(-32);  // rbx saved lowest
    rules.registers[12] = {Rule::Kind::in_register, 0, 13};
    rules.registers[14] = {Rule::Kind::is_cfa_offset, 0, -16};
    rules.registers[15] = {Rule::Kind::undefined, 0, 0};
    FrameRegisters caller;
    REQUIRE(step_exactly(rules, stack.frame, memory, caller) == ExactStep::stepped);
    CHECK(caller.registers.ip() == stack.words[3]);
    CHECK(caller.registers.sp() == stack.address(4));
    CHECK(caller.registers.bp() == stack.address(6));
    CHECK(caller.registers.value[3] == stack.words[0]);
    CHECK(caller.registers.value[12] == 113);
    CHECK(caller.registers.value[14] == stack.address(2));
    CHECK_FALSE(caller.knows(15));
}

TEST_CASE("the CFA may be in any register, but only in a known one") {
    FakeStack stack;
    StackMemory memory = stack.memory();
    stack.frame.set(3, stack.address(10));
    FrameRegisters caller;
    REQUIRE(step_exactly(usual_rules(3, 8), stack.frame, memory, caller) == ExactStep::stepped);
    CHECK(caller.registers.ip() == stack.words[10]);
    stack.frame.known &= ~(1U << 3);
    CHECK(step_exactly(usual_rules(3, 8), stack.frame, memory, caller) == ExactStep::failed);
    CHECK(step_exactly(usual_rules(Registers::count, 8), stack.frame, memory, caller) == ExactStep::failed);
}

TEST_CASE("an undefined return address is the bottom; an unreadable one fails") {
    const FakeStack stack;
    StackMemory memory = stack.memory();
    FrameRules rules = usual_rules(rsp_register, 8);
    FrameRegisters caller;
    rules.registers[return_register].kind = Rule::Kind::undefined;
    CHECK(step_exactly(rules, stack.frame, memory, caller) == ExactStep::bottom);
    rules = usual_rules(0, 0);  // rax is 100
    CHECK(step_exactly(rules, stack.frame, memory, caller) == ExactStep::failed);
    rules = usual_rules(rsp_register, 8);
    rules.registers[return_register].kind = Rule::Kind::same;
    CHECK(step_exactly(rules, stack.frame, memory, caller) == ExactStep::failed);
}

TEST_CASE("expressions for registers start with the CFA") {
    const FakeStack stack;
    StackMemory memory = stack.memory();
    const Bytes minus_16 = {0x40, 0x1c};  // lit16; minus
    const auto at = static_cast<std::int64_t>(reinterpret_cast<std::uint64_t>(minus_16.data()));
    FrameRules rules = usual_rules(rsp_register, 40);
    rules.registers[12] = {Rule::Kind::at_expression, 2, at};
    rules.registers[13] = {Rule::Kind::is_expression, 2, at};
    FrameRegisters caller;
    REQUIRE(step_exactly(rules, stack.frame, memory, caller) == ExactStep::stepped);
    CHECK(caller.registers.value[12] == stack.words[3]);
    CHECK(caller.registers.value[13] == stack.address(3));
}

TEST_CASE("operations compute as DWARF says") {
    CHECK(value_of({0x3f}) == 15);
    CHECK(value_of({0x08, 200}) == 200);
    CHECK(value_of({0x09, 200}) == static_cast<std::uint64_t>(-56));
    CHECK(value_of({0x0b, 0, 0x80}) == static_cast<std::uint64_t>(-32768));
    CHECK(value_of({0x10, 0x88, 0x01}) == 136);
    CHECK(value_of({0x11, 0x78}) == static_cast<std::uint64_t>(-8));
    CHECK(value_of({0x71, 5}) == 106);             // breg1 5
    CHECK(value_of({0x92, 12, 0x7f}) == 111);      // bregx 12 -1
    CHECK(value_of({0x77, 16, 0x06}) == 0x1002);   // breg7 16; deref
    CHECK(value_of({0x77, 16, 0x94, 1}) == 0x02);  // deref_size 1
    CHECK(value_of({0x35, 0x32, 0x1c}) == 3);      // 5 - 2
    CHECK(value_of({0x35, 0x32, 0x16, 0x1c}) == static_cast<std::uint64_t>(-3));
    CHECK(value_of({0x35, 0x32, 0x14, 0x22, 0x22}) == 12);                        // 5; 2; over; plus; plus
    CHECK(value_of({0x31, 0x32, 0x33, 0x17, 0x1c, 0x1c}) == 4);                   // 1 2 3 rot: 3 1 2; 3 - (1 - 2)
    CHECK(value_of({0x31, 0x32, 0x33, 0x15, 2}) == 1);                            // pick 2
    CHECK(value_of({0x38, 0x1f, 0x33, 0x1b}) == static_cast<std::uint64_t>(-2));  // -8 / 3
    CHECK(value_of({0x38, 0x1f, 0x31, 0x26}) == static_cast<std::uint64_t>(-4));  // -8 >> 1
    CHECK(value_of({0x38, 0x1f, 0x19}) == 8);                                     // abs
    CHECK(value_of({0x31, 0x23, 0x88, 0x01}) == 137);                             // plus_uconst 136
    CHECK(value_of({0x38, 0x1f, 0x31, 0x2d}) == 1);                               // -8 < 1
    CHECK(value_of({0x31, 0x28, 1, 0, 0x32, 0x33}) == 3);                         // bra over lit2
    CHECK(value_of({0x34, 0x2f, 1, 0, 0x32}) == 4);                               // skip to the end
}

TEST_CASE("a linkage table's expression adds eight from its threshold on") {
    const Bytes plt = {0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22};
    FakeStack stack;
    StackMemory memory = stack.memory();
    for (std::uint64_t low = 0; low < 16; ++low) {
        stack.frame.set(return_register, 0x401230 + low);
        std::uint64_t cfa = 0;
        REQUIRE(evaluate({reinterpret_cast<std::uint64_t>(plt.data()), 11}, stack.frame, memory, nullptr, cfa));
        CHECK(cfa == stack.address(0) + (low >= 11 ? 16 : 8));
    }
}

TEST_CASE("bad expressions fail and end") {
    CHECK(fails({}));                  // leaves nothing
    CHECK(fails({0x22}));              // nothing to add
    CHECK(fails({0x31, 0x30, 0x1b}));  // division by zero
    CHECK(fails({0x31, 0x06}));        // reads address 1
    CHECK(fails({0x2f, 0xfd, 0xff}));  // jumps to itself for ever
    CHECK(fails({0x2f, 0x7f, 0x00}));  // jumps out
    CHECK(fails({0x08}));              // operand missing
    CHECK(fails({0x9c}));              // call_frame_cfa is not allowed here
    CHECK(fails(Bytes(64, 0x31)));     // more than the machine holds
    CHECK(fails({0x92, 40, 0}));       // no such register
}
