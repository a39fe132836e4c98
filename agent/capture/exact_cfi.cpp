#include "agent/capture/exact_cfi.h"

#include "agent/capture/cfi_reader.h"

namespace pyprof::capture {
namespace {

constexpr std::uint32_t max_operations = 256;

// DWARF's stack machine. Errors are sticky; an empty stack yields zeros.
class Machine {
public:
    Machine(const Expression& expression, const FrameRegisters& frame, StackMemory& memory)
        : begin_{expression.at},
          end_{expression.at + expression.bytes},
          reader_{begin_, end_},
          frame_{frame},
          memory_{memory} {}

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

    // Numbers of operations: DWARF 5, section 7.7.1.
    void operate(std::uint8_t operation) {
        const auto is_within = [operation](unsigned first, unsigned last) {
            return operation >= first && operation <= last;
        };
        if (is_within(0x30, 0x4f)) return push(operation - 0x30U);                           // lit0 to lit31
        if (is_within(0x70, 0x8f)) return push_register(operation - 0x70U, reader_.sleb());  // breg0 to breg31
        if (is_within(0x08, 0x11)) return push_constant(operation);
        if (is_within(0x12, 0x17)) return arrange(operation);
        switch (operation) {
            case 0x03:  // addr
                return push(reader_.fixed<std::uint64_t>());
            case 0x06:
            case 0x94:
            case 0x19:
            case 0x1f:
            case 0x20:
            case 0x23:
            case 0x28:
                return unary(operation);
            case 0x2f:  // skip
                return jump(true);
            case 0x92:  // bregx
                return push_any_register();
            case 0x96:  // nop
                return;
            default:
                if (!is_within(0x1a, 0x2e)) ok_ = false;
                return binary(operation);
        }
    }

    void push_register(std::uint64_t column, std::int64_t offset) {
        ok_ = ok_ && frame_.knows(column);
        if (ok_) push(frame_.registers.value[column] + static_cast<std::uint64_t>(offset));
    }

    void push_constant(std::uint8_t operation) {
        switch (operation) {
            case 0x08:
                push(reader_.fixed<std::uint8_t>());
                break;
            case 0x09:
                push(static_cast<std::uint64_t>(reader_.fixed<std::int8_t>()));
                break;
            case 0x0a:
                push(reader_.fixed<std::uint16_t>());
                break;
            case 0x0b:
                push(static_cast<std::uint64_t>(reader_.fixed<std::int16_t>()));
                break;
            case 0x0c:
                push(reader_.fixed<std::uint32_t>());
                break;
            case 0x0d:
                push(static_cast<std::uint64_t>(reader_.fixed<std::int32_t>()));
                break;
            case 0x0e:
            case 0x0f:
                push(reader_.fixed<std::uint64_t>());
                break;
            case 0x10:
                push(reader_.uleb());
                break;
            default:
                push(static_cast<std::uint64_t>(reader_.sleb()));
                break;  // consts
        }
    }

    // The second entry is the left operand.
    void binary(std::uint8_t operation) {
        const std::uint64_t right = pop();
        const std::uint64_t left = pop();
        const bool divides = operation == 0x1b || operation == 0x1d;
        const bool overflows = static_cast<std::int64_t>(right) == -1 && static_cast<std::int64_t>(left) == INT64_MIN;
        if (divides && (right == 0 || overflows)) ok_ = false;
        if (ok_) push(operation >= 0x29 ? compare(operation, left, right) : combine(operation, left, right));
    }

    static std::uint64_t compare(std::uint8_t operation, std::uint64_t unsigned_left, std::uint64_t unsigned_right) {
        const auto left = static_cast<std::int64_t>(unsigned_left);
        const auto right = static_cast<std::int64_t>(unsigned_right);
        const bool results[] = {left == right, left >= right, left > right, left <= right, left < right, left != right};
        return results[operation - 0x29];
    }

    static std::uint64_t combine(std::uint8_t operation, std::uint64_t left, std::uint64_t right) {
        const auto signed_left = static_cast<std::int64_t>(left);
        switch (operation) {
            case 0x1a:
                return left & right;
            case 0x1b:
                return static_cast<std::uint64_t>(signed_left / static_cast<std::int64_t>(right));
            case 0x1c:
                return left - right;
            case 0x1d:
                return left % right;
            case 0x1e:
                return left * right;
            case 0x21:
                return left | right;
            case 0x22:
                return left + right;
            case 0x24:
                return right < 64 ? left << right : 0;
            case 0x25:
                return right < 64 ? left >> right : 0;
            case 0x26:
                return static_cast<std::uint64_t>(signed_left >> (right < 64 ? right : 63));
            default:
                return left ^ right;  // 0x27
        }
    }

    // The order of the stack: dup, drop, over, pick, swap, rot.
    void arrange(std::uint8_t operation) {
        switch (operation) {
            case 0x12:
                return pick(0);
            case 0x13:
                pop();
                return;
            case 0x14:
                return pick(1);
            case 0x15:
                return pick(reader_.fixed<std::uint8_t>());
            case 0x16:
                return rotate(2);
            default:
                return rotate(3);
        }
    }

    void unary(std::uint8_t operation) {
        const std::uint64_t value = pop();
        switch (operation) {
            case 0x06:
                return dereference(value, 8);
            case 0x94:
                return dereference(value, reader_.fixed<std::uint8_t>());
            case 0x19:  // abs
                return push(static_cast<std::int64_t>(value) < 0 ? 0 - value : value);
            case 0x1f:  // neg
                return push(0 - value);
            case 0x20:  // not
                return push(~value);
            case 0x23:  // plus_uconst
                return push(value + reader_.uleb());
            default:  // bra
                return jump(value != 0);
        }
    }

    void push_any_register() {
        const std::uint64_t column = reader_.uleb();
        push_register(column, reader_.sleb());
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

    void dereference(std::uint64_t address, std::uint32_t bytes) {
        std::uint64_t value = 0;
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
bool recover(const Rule& rule, std::uint32_t column, std::uint64_t cfa, const FrameRegisters& frame,
             StackMemory& memory, std::uint64_t& value) {
    const auto number = static_cast<std::uint64_t>(rule.value);
    switch (rule.kind) {
        case Rule::Kind::same:
            if (!frame.knows(column)) return false;
            value = frame.registers.value[column];
            return true;
        case Rule::Kind::undefined:
            return false;
        case Rule::Kind::at_cfa_offset:
            return memory.read(cfa + number, value);
        case Rule::Kind::is_cfa_offset:
            value = cfa + number;
            return true;
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

ExactStep step_exactly(const FrameRules& rules, const FrameRegisters& frame, StackMemory& memory,
                       FrameRegisters& caller) {
    if (rules.registers[return_register].kind == Rule::Kind::undefined) return ExactStep::bottom;
    std::uint64_t cfa = 0;
    if (!find_cfa(rules, frame, memory, cfa)) return ExactStep::failed;
    caller.known = 0;
    for (std::uint32_t column = 0; column < Registers::count; ++column) {
        const Rule& rule = rules.registers[column];
        std::uint64_t value = 0;
        if (column == rsp_register && rule.kind == Rule::Kind::same)
            caller.set(column, cfa);
        else if (recover(rule, column, cfa, frame, memory, value))
            caller.set(column, value);
    }
    const bool has_return_rule = rules.registers[return_register].kind != Rule::Kind::same;
    return has_return_rule && caller.knows(return_register) && caller.knows(rsp_register) ? ExactStep::stepped
                                                                                          : ExactStep::failed;
}

}  // namespace pyprof::capture
