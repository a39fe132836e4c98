#include "agent/capture/exact_cfi.h"

#include "agent/capture/cfi_reader.h"

namespace pyprof::capture {
namespace {

constexpr std::uint32_t max_operations = 256;

// DWARF's stack machine. Errors are sticky; an empty stack yields zeros.
class Machine {
public:
    Machine(const Expression& expression, const FrameRegisters& frame, StackMemory& memory)
        : begin_{expression.at}, end_{expression.at + expression.bytes}, reader_{begin_, end_}, frame_{frame}, memory_{memory} {}

    void push(std::uint64_t value) {
        ok_ = ok_ && depth_ < max_depth;
        if (ok_) stack_[depth_++] = value;
    }

    bool run(std::uint64_t& value) {
        for (std::uint32_t steps = 0; ok_ && !reader_.at_end(); ++steps) {
            if (steps == max_operations) return false;
            operate(reader_.fixed<std::uint8_t>());
        }
        value = pop();
        return ok_ && reader_.ok();
    }

private:
    static constexpr std::uint32_t max_depth = 32;

    std::uint64_t pop() {
        ok_ = ok_ && depth_ > 0;
        return ok_ ? stack_[--depth_] : 0;
    }

    void operate(std::uint8_t operation) {
        if (operation >= 0x30 && operation <= 0x4f) push(operation - 0x30U);                                  // lit0…31
        else if (operation >= 0x70 && operation <= 0x8f) push_register(operation - 0x70U, reader_.sleb());    // breg0…31
        else if (operation >= 0x1a && operation <= 0x2e && operation != 0x23 && operation != 0x1f &&
                 operation != 0x20 && operation != 0x28) binary(operation);
        else if (operation >= 0x08 && operation <= 0x11) push_constant(operation);
        else other(operation);
    }

    void push_register(std::uint64_t column, std::int64_t offset) {
        ok_ = ok_ && frame_.knows(column);
        if (ok_) push(frame_.registers.value[column] + static_cast<std::uint64_t>(offset));
    }

    void push_constant(std::uint8_t operation) {
        switch (operation) {
            case 0x08: push(reader_.fixed<std::uint8_t>()); break;
            case 0x09: push(static_cast<std::uint64_t>(reader_.fixed<std::int8_t>())); break;
            case 0x0a: push(reader_.fixed<std::uint16_t>()); break;
            case 0x0b: push(static_cast<std::uint64_t>(reader_.fixed<std::int16_t>())); break;
            case 0x0c: push(reader_.fixed<std::uint32_t>()); break;
            case 0x0d: push(static_cast<std::uint64_t>(reader_.fixed<std::int32_t>())); break;
            case 0x0e: case 0x0f: push(reader_.fixed<std::uint64_t>()); break;
            case 0x10: push(reader_.uleb()); break;
            default: push(static_cast<std::uint64_t>(reader_.sleb())); break;   // consts
        }
    }

    // The second entry is the left operand.
    void binary(std::uint8_t operation) {
        const std::uint64_t right = pop();
        const std::uint64_t left = pop();
        const auto signed_right = static_cast<std::int64_t>(right);
        const auto signed_left = static_cast<std::int64_t>(left);
        const bool divides = operation == 0x1b || operation == 0x1d;
        if (divides && (right == 0 || (signed_right == -1 && signed_left == INT64_MIN))) ok_ = false;
        if (!ok_) return;
        switch (operation) {
            case 0x1a: push(left & right); break;
            case 0x1b: push(static_cast<std::uint64_t>(signed_left / signed_right)); break;
            case 0x1c: push(left - right); break;
            case 0x1d: push(left % right); break;
            case 0x1e: push(left * right); break;
            case 0x21: push(left | right); break;
            case 0x22: push(left + right); break;
            case 0x24: push(right < 64 ? left << right : 0); break;
            case 0x25: push(right < 64 ? left >> right : 0); break;
            case 0x26: push(static_cast<std::uint64_t>(signed_left >> (right < 64 ? right : 63))); break;
            case 0x27: push(left ^ right); break;
            case 0x29: push(left == right); break;
            case 0x2a: push(signed_left >= signed_right); break;
            case 0x2b: push(signed_left > signed_right); break;
            case 0x2c: push(signed_left <= signed_right); break;
            case 0x2d: push(signed_left < signed_right); break;
            default: push(left != right); break;
        }
    }

    void other(std::uint8_t operation) {
        switch (operation) {
            case 0x03: push(reader_.fixed<std::uint64_t>()); break;                      // addr
            case 0x06: dereference(8); break;
            case 0x94: dereference(reader_.fixed<std::uint8_t>()); break;                // deref_size
            case 0x12: pick(0); break;                                                   // dup
            case 0x13: pop(); break;                                                     // drop
            case 0x14: pick(1); break;                                                   // over
            case 0x15: pick(reader_.fixed<std::uint8_t>()); break;
            case 0x16: rotate(2); break;                                                 // swap
            case 0x17: rotate(3); break;
            case 0x19: { const std::uint64_t value = pop(); push(static_cast<std::int64_t>(value) < 0 ? 0 - value : value); break; }
            case 0x1f: push(0 - pop()); break;
            case 0x20: push(~pop()); break;
            case 0x23: push(pop() + reader_.uleb()); break;                              // plus_uconst
            case 0x28: jump(pop() != 0); break;                                          // bra
            case 0x2f: jump(true); break;                                                // skip
            case 0x92: { const std::uint64_t column = reader_.uleb(); push_register(column, reader_.sleb()); break; }   // bregx
            case 0x96: break;                                                            // nop
            default: ok_ = false; break;
        }
    }

    void pick(std::uint32_t below_top) {
        ok_ = ok_ && below_top < depth_;
        if (ok_) push(stack_[depth_ - 1 - below_top]);
    }

    // The top entry becomes the last of the top `count`.
    void rotate(std::uint32_t count) {
        ok_ = ok_ && count <= depth_;
        if (!ok_) return;
        const std::uint64_t top = stack_[depth_ - 1];
        for (std::uint32_t i = 1; i < count; ++i) stack_[depth_ - i] = stack_[depth_ - i - 1];
        stack_[depth_ - count] = top;
    }

    void dereference(std::uint32_t bytes) {
        std::uint64_t value = 0;
        const std::uint64_t address = pop();
        ok_ = ok_ && bytes >= 1 && bytes <= 8 && memory_.read(address, value);
        if (ok_) push(bytes == 8 ? value : value & ((1ULL << bytes * 8) - 1));
    }

    void jump(bool taken) {
        const auto distance = reader_.fixed<std::int16_t>();
        if (!taken) return;
        const std::uint64_t target = reader_.at() + static_cast<std::uint64_t>(static_cast<std::int64_t>(distance));
        ok_ = ok_ && target >= begin_ && target <= end_;
        if (ok_) reader_ = CfiReader{target, end_};
    }

    const std::uint64_t begin_, end_;
    CfiReader reader_;
    const FrameRegisters& frame_;
    StackMemory& memory_;
    bool ok_ = true;
    std::uint32_t depth_ = 0;
    std::uint64_t stack_[max_depth];
};

bool find_cfa(const FrameRules& rules, const FrameRegisters& frame, StackMemory& memory, std::uint64_t& cfa) {
    if (rules.cfa_is_expression) return evaluate(rules.cfa_expression, frame, memory, nullptr, cfa);
    if (!frame.knows(rules.cfa_register)) return false;
    cfa = frame.registers.value[rules.cfa_register] + static_cast<std::uint64_t>(rules.cfa_offset);
    return true;
}

// What the caller has in `column`; false if that is not known.
bool recover(const Rule& rule, std::uint32_t column, std::uint64_t cfa, const FrameRegisters& frame, StackMemory& memory,
             std::uint64_t& value) {
    const auto number = static_cast<std::uint64_t>(rule.value);
    switch (rule.kind) {
        case Rule::Kind::same:
            if (!frame.knows(column)) return false;
            value = frame.registers.value[column];
            return true;
        case Rule::Kind::undefined: return false;
        case Rule::Kind::at_cfa_offset: return memory.read(cfa + number, value);
        case Rule::Kind::is_cfa_offset: value = cfa + number; return true;
        case Rule::Kind::in_register:
            if (!frame.knows(number)) return false;
            value = frame.registers.value[number];
            return true;
        case Rule::Kind::at_expression:
        case Rule::Kind::is_expression: {
            if (!evaluate({number, rule.expression_bytes}, frame, memory, &cfa, value)) return false;
            return rule.kind == Rule::Kind::is_expression || memory.read(value, value);
        }
    }
    return false;
}

}  // namespace

bool evaluate(const Expression& expression, const FrameRegisters& frame, StackMemory& memory,
              const std::uint64_t* initial, std::uint64_t& value) {
    Machine machine{expression, frame, memory};
    if (initial != nullptr) machine.push(*initial);
    return machine.run(value);
}

ExactStep step_exactly(const FrameRules& rules, const FrameRegisters& frame, StackMemory& memory, FrameRegisters& caller) {
    if (rules.registers[return_register].kind == Rule::Kind::undefined) return ExactStep::bottom;
    std::uint64_t cfa = 0;
    if (!find_cfa(rules, frame, memory, cfa)) return ExactStep::failed;
    caller.known = 0;
    for (std::uint32_t column = 0; column < Registers::count; ++column) {
        const Rule& rule = rules.registers[column];
        std::uint64_t value = 0;
        if (column == rsp_register && rule.kind == Rule::Kind::same) caller.set(column, cfa);
        else if (recover(rule, column, cfa, frame, memory, value)) caller.set(column, value);
    }
    const bool has_return_rule = rules.registers[return_register].kind != Rule::Kind::same;
    return has_return_rule && caller.knows(return_register) && caller.knows(rsp_register) ? ExactStep::stepped : ExactStep::failed;
}

}  // namespace pyprof::capture
