#include "agent/capture/cfi.h"

#include <cstring>

#include "agent/capture/cfi_reader.h"
#include "agent/capture/load.h"

namespace pyprof::capture {
namespace {

constexpr std::uint32_t extended_length = 0xffffffff;  // 64-bit entries: no linker writes them into .eh_frame
constexpr std::uint32_t max_augmentation = 16;

// Length-prefixed entries start with their length and, for functions, the distance back to the common entry.
bool open_entry(std::uint64_t at, const MemoryRange& memory, MemoryRange& body) {
    if (!memory.holds(at, 8)) return false;
    CfiReader reader{at, memory.end};
    const auto length = reader.fixed<std::uint32_t>();
    if (length < 4 || length == extended_length || !memory.holds(reader.at(), length)) return false;
    body = {reader.at(), reader.at() + length};
    return true;
}

// What the augmentation string announces: "zR", "zPLR", "zRS" …
bool read_augmentation(CfiReader& reader, const char* letters, FunctionEntry& entry) {
    if (*letters == '\0') return true;
    if (*letters != 'z') return false;
    const std::uint64_t bytes = reader.uleb();
    const std::uint64_t end = reader.at() + bytes;
    for (++letters; *letters != '\0'; ++letters) {
        if (*letters == 'R')
            entry.pointer_encoding = reader.fixed<std::uint8_t>();
        else if (*letters == 'L')
            reader.fixed<std::uint8_t>();
        else if (*letters == 'S')
            entry.is_signal_frame = true;
        else if (*letters == 'P')
            reader.number(reader.fixed<std::uint8_t>() & pointer_encoding::format_mask);
        else
            break;  // the rest is skipped by its length
    }
    if (!reader.ok() || end < reader.at()) return false;
    reader.skip(end - reader.at());
    return true;
}

bool read_common_entry(std::uint64_t at, const MemoryRange& memory, FunctionEntry& entry, bool& augmented) {
    MemoryRange body;
    if (!open_entry(at, memory, body)) return false;
    CfiReader reader{body.begin, body.end};
    if (reader.fixed<std::uint32_t>() != 0) return false;  // not a common entry
    const auto version = reader.fixed<std::uint8_t>();
    if (version != 1 && version != 3) return false;
    char letters[max_augmentation] = {};
    for (std::uint32_t i = 0; (letters[i] = reader.fixed<char>()) != '\0'; ++i)
        if (i + 1 == max_augmentation) return false;
    entry.code_alignment = reader.uleb();
    entry.data_alignment = reader.sleb();
    const std::uint64_t column = version == 1 ? reader.fixed<std::uint8_t>() : reader.uleb();
    entry.pointer_encoding = 0;
    entry.is_signal_frame = false;
    augmented = letters[0] == 'z';
    if (column != return_register || !read_augmentation(reader, letters, entry) || !reader.ok()) return false;
    entry.common_instructions = {reader.at(), body.end};
    return true;
}

bool read_function_entry(std::uint64_t at, const MemoryRange& memory, FunctionEntry& entry) {
    MemoryRange body;
    if (!open_entry(at, memory, body)) return false;
    CfiReader reader{body.begin, body.end};
    const auto distance = reader.fixed<std::uint32_t>();
    bool augmented = false;
    if (distance == 0 || !read_common_entry(body.begin - distance, memory, entry, augmented)) return false;
    entry.begin = reader.pointer(entry.pointer_encoding, 0);
    entry.end = entry.begin + reader.number(entry.pointer_encoding & pointer_encoding::format_mask);
    if (augmented) reader.skip(reader.uleb());
    if (!reader.ok() || entry.end < entry.begin) return false;
    entry.instructions = {reader.at(), body.end};
    return true;
}

// Rows of one function by increasing address.
struct RowList {
    RowPart* const rows;
    const std::uint32_t most;
    std::uint32_t count = 0;

    void add(const FrameRules& rules, std::uint64_t begin, std::uint64_t end) {
        if (begin < end && count < most) rows[count++] = {compact(rules), begin, end};
    }
};

// Call frame instructions, DWARF 5 section 7.24 and the GNU extensions.
class Interpreter {
public:
    Interpreter(const FunctionEntry& entry, std::uint64_t pc, FrameRules& rules)
        : entry_{entry}, pc_{pc}, rules_{rules} {}

    // Puts the rows before that of `pc` into `list`, and stops when it is full.
    Interpreter(const FunctionEntry& entry, std::uint64_t pc, FrameRules& rules, RowList& list)
        : entry_{entry}, pc_{pc}, rules_{rules}, list_{&list} {}

    bool run() {
        if (!run(entry_.common_instructions)) return false;
        std::memcpy(initial_, rules_.registers, sizeof initial_);
        location_ = row_begin_ = entry_.begin;
        if (!run(entry_.instructions)) return false;
        rules_.begin = jumped_ ? pc_ : row_begin_;
        rules_.end = jumped_ ? pc_ + 1 : location_ > pc_ ? location_ : entry_.end;
        return true;
    }

    bool has_jumped() const { return jumped_; }

private:
    static constexpr std::uint32_t max_remembered = 8;

    bool run(const MemoryRange& instructions) {
        CfiReader reader{instructions.begin, instructions.end};
        while (!reader.at_end() && location_ <= pc_ && !has_enough()) {
            const auto opcode = reader.fixed<std::uint8_t>();
            const std::uint32_t low = opcode & 0x3f;
            switch (opcode >> 6) {
                case 1:
                    advance(low);
                    break;
                case 2:
                    set(low, Rule::Kind::at_cfa_offset, factored(reader.uleb()));
                    break;
                case 3:
                    restore(low);
                    break;
                default:
                    extended(opcode, reader);
                    break;
            }
        }
        return reader.ok() && !failed_;
    }

    void extended(std::uint8_t opcode, CfiReader& reader) {
        switch (opcode) {
            case 0x00:
                break;  // nop
            case 0x01:
                location_ = reader.pointer(entry_.pointer_encoding, 0);
                jumped_ = true;
                break;  // set_loc
            case 0x02:
                advance(reader.fixed<std::uint8_t>());
                break;
            case 0x03:
                advance(reader.fixed<std::uint16_t>());
                break;
            case 0x04:
                advance(reader.fixed<std::uint32_t>());
                break;
            case 0x0a:
                remember();
                break;
            case 0x0b:
                recall();
                break;
            case 0x2e:
                reader.uleb();
                break;  // GNU_args_size
            case 0x0c:
            case 0x0d:
            case 0x0e:
            case 0x0f:
            case 0x12:
            case 0x13:
                define_cfa(opcode, reader);
                break;
            default:
                define_register(opcode, reader);
                break;
        }
    }

    bool has_enough() const { return list_ != nullptr && list_->count == list_->most; }

    void advance(std::uint64_t steps) {
        const std::uint64_t next = location_ + steps * entry_.code_alignment;
        if (list_ != nullptr) list_->add(rules_, location_, next);
        location_ = next;
        if (location_ <= pc_) row_begin_ = location_;
    }

    void define_cfa(std::uint8_t opcode, CfiReader& reader) {
        rules_.cfa_is_expression = opcode == 0x0f;
        if (opcode == 0x0f) {
            rules_.cfa_expression = expression(reader);
            return;
        }
        if (opcode == 0x0c || opcode == 0x0d || opcode == 0x12)
            rules_.cfa_register = static_cast<std::uint32_t>(reader.uleb());
        if (opcode == 0x0c || opcode == 0x0e) rules_.cfa_offset = static_cast<std::int64_t>(reader.uleb());
        if (opcode == 0x12 || opcode == 0x13) rules_.cfa_offset = factored(static_cast<std::uint64_t>(reader.sleb()));
    }

    void define_register(std::uint8_t opcode, CfiReader& reader) {
        const std::uint64_t column = reader.uleb();
        switch (opcode) {
            case 0x05:
                set(column, Rule::Kind::at_cfa_offset, factored(reader.uleb()));
                break;
            case 0x06:
                restore(column);
                break;
            case 0x07:
                set(column, Rule::Kind::undefined, 0);
                break;
            case 0x08:
                set(column, Rule::Kind::same, 0);
                break;
            case 0x09:
                set(column, Rule::Kind::in_register, static_cast<std::int64_t>(reader.uleb()));
                break;
            case 0x10:
                set_expression(column, Rule::Kind::at_expression, reader);
                break;
            case 0x11:
                set(column, Rule::Kind::at_cfa_offset, factored(static_cast<std::uint64_t>(reader.sleb())));
                break;
            case 0x14:
                set(column, Rule::Kind::is_cfa_offset, factored(reader.uleb()));
                break;
            case 0x15:
                set(column, Rule::Kind::is_cfa_offset, factored(static_cast<std::uint64_t>(reader.sleb())));
                break;
            case 0x16:
                set_expression(column, Rule::Kind::is_expression, reader);
                break;
            case 0x2f:
                set(column, Rule::Kind::at_cfa_offset, -factored(reader.uleb()));
                break;  // GNU_negative_offset
            default:
                failed_ = true;
                reader.fail();
                break;
        }
    }

    std::int64_t factored(std::uint64_t offset) const {
        return static_cast<std::int64_t>(offset * static_cast<std::uint64_t>(entry_.data_alignment));
    }

    static Expression expression(CfiReader& reader) {
        const std::uint64_t bytes = reader.uleb();
        const Expression found{reader.at(), static_cast<std::uint32_t>(bytes)};
        reader.skip(bytes);
        return found;
    }

    // Registers above the integer ones (vector registers) are of no use to a walk.
    void set(std::uint64_t column, Rule::Kind kind, std::int64_t value) {
        if (column < Registers::count) rules_.registers[column] = {kind, 0, value};
    }

    void set_expression(std::uint64_t column, Rule::Kind kind, CfiReader& reader) {
        const Expression found = expression(reader);
        if (column < Registers::count)
            rules_.registers[column] = {kind, found.bytes, static_cast<std::int64_t>(found.at)};
    }

    void restore(std::uint64_t column) {
        if (column < Registers::count) rules_.registers[column] = initial_[column];
    }

    void remember() {
        failed_ = failed_ || depth_ == max_remembered;
        if (!failed_) std::memcpy(remembered_[depth_++], &rules_, sizeof rules_);
    }

    void recall() {
        failed_ = failed_ || depth_ == 0;
        if (!failed_) std::memcpy(&rules_, remembered_[--depth_], sizeof rules_);
    }

    const FunctionEntry& entry_;
    const std::uint64_t pc_;
    FrameRules& rules_;
    RowList* const list_ = nullptr;
    std::uint64_t location_ = 0;
    std::uint64_t row_begin_ = 0;  // where the rules took their present form
    bool jumped_ = false;          // by set_loc, perhaps backwards
    bool failed_ = false;
    std::uint32_t depth_ = 0;
    Rule initial_[Registers::count];
    alignas(FrameRules) unsigned char remembered_[max_remembered][sizeof(FrameRules)];  // most entries need none
};

// The CFA of a procedure linkage table entry: rsp + 8, and 8 more once the stub has pushed, which is told from
// pc & 15. breg7 8; breg16 0; lit15; and; lit N; ge; lit3; shl; plus. N depends on the kind of stub.
bool is_plt(const Expression& expression, std::int64_t& threshold) {
    constexpr unsigned char before[] = {0x77, 0x08, 0x80, 0x00, 0x3f, 0x1a};
    constexpr unsigned char after[] = {0x2a, 0x33, 0x24, 0x22};
    constexpr unsigned char lit0 = 0x30;
    const auto* bytes = reinterpret_cast<const unsigned char*>(expression.at);
    if (expression.bytes != sizeof before + 1 + sizeof after || std::memcmp(bytes, before, sizeof before) != 0 ||
        std::memcmp(bytes + sizeof before + 1, after, sizeof after) != 0)
        return false;
    threshold = bytes[sizeof before] - lit0;
    return threshold >= 0 && threshold < 16;
}

constexpr unsigned char breg_rbp = 0x76;

// breg6 N; deref.
bool is_deref_rbp(const Expression& expression, std::int64_t& offset) {
    constexpr unsigned char deref = 0x06;
    CfiReader reader{expression.at, expression.at + expression.bytes};
    if (reader.fixed<std::uint8_t>() != breg_rbp) return false;
    offset = reader.sleb();
    return reader.fixed<std::uint8_t>() == deref && reader.ok() && reader.at_end();
}

bool fits(std::int64_t bytes, std::int64_t max_words) {
    return bytes % 8 == 0 && bytes / 8 <= max_words && bytes / 8 >= -max_words;
}

// rbp's rule as a field of a row; false if it has no such form.
bool compact_rbp(const Rule& rule, std::int64_t& field) {
    switch (rule.kind) {
        case Rule::Kind::same:
        case Rule::Kind::undefined:
            field = Row::rbp_same;
            return true;
        case Rule::Kind::at_cfa_offset:
            field = rule.value / 8;
            return fits(rule.value, Row::max_rbp_words);
        case Rule::Kind::at_expression: {
            const auto* bytes = reinterpret_cast<const unsigned char*>(rule.value);
            field = Row::rbp_at_rbp;
            return rule.expression_bytes == 2 && bytes[0] == breg_rbp && bytes[1] == 0;
        }
        default:
            return false;
    }
}

// The CFA's rule as kind and field.
RowKind compact_cfa(const FrameRules& rules, std::int64_t& field) {
    if (rules.cfa_is_expression) {
        if (is_plt(rules.cfa_expression, field)) return RowKind::plt;
        std::int64_t offset = 0;
        if (!is_deref_rbp(rules.cfa_expression, offset) || !fits(offset, Row::max_cfa_words)) return RowKind::exact;
        field = offset / 8;
        return RowKind::deref_rbp;
    }
    if (!fits(rules.cfa_offset, Row::max_cfa_words)) return RowKind::exact;
    field = rules.cfa_offset / 8;
    if (rules.cfa_register == rsp_register) return RowKind::rsp;
    return rules.cfa_register == rbp_register ? RowKind::rbp : RowKind::exact;
}

}  // namespace

bool find_function(std::uint64_t header, const MemoryRange& memory, std::uint64_t pc, FunctionEntry& entry) {
    entry.begin = pc;
    entry.end = pc + 1;
    if (!memory.holds(header, 4)) return false;
    CfiReader reader{header, memory.end};
    const auto version = reader.fixed<std::uint8_t>();
    const auto frame_encoding = reader.fixed<std::uint8_t>();
    const auto count_encoding = reader.fixed<std::uint8_t>();
    const auto table_encoding = reader.fixed<std::uint8_t>();
    if (version != 1 || count_encoding == pointer_encoding::omitted ||
        table_encoding != (pointer_encoding::relative_to_data | pointer_encoding::signed_4))
        return false;
    reader.pointer(frame_encoding, header);
    const std::uint64_t count = reader.pointer(count_encoding, header);
    struct TableEntry {
        std::int32_t begin, entry;  // relative to `header`
    };
    if (!reader.ok() || count == 0 || count > (memory.end - reader.at()) / sizeof(TableEntry)) return false;
    const auto* table = reinterpret_cast<const TableEntry*>(reader.at());
    const auto wanted = static_cast<std::int64_t>(pc - header);
    if (wanted < table[0].begin) return false;
    std::uint64_t first = 0;
    for (std::uint64_t left = count; left > 1;) {
        const std::uint64_t half = left / 2, next = (left - half) / 2;
        prefetch(&table[first + next]);  // the places to look at next, whichever it will be
        prefetch(&table[first + half + next]);
        if (table[first + half].begin <= wanted) first += half;
        left -= half;
    }
    const auto address = [header](std::int32_t relative) {
        return header + static_cast<std::uint64_t>(static_cast<std::int64_t>(relative));
    };
    const bool good = read_function_entry(address(table[first].entry), memory, entry);
    if (good && pc >= entry.begin && pc < entry.end) return true;
    const bool is_behind = good && pc >= entry.end && first + 1 < count;
    entry.begin = is_behind ? entry.end : pc;
    entry.end = is_behind ? address(table[first + 1].begin) : pc + 1;
    return false;
}

bool find_rules(const FunctionEntry& entry, std::uint64_t pc, FrameRules& rules) {
    rules = FrameRules{};
    rules.is_signal_frame = entry.is_signal_frame;
    return Interpreter{entry, pc, rules}.run();
}

Row compact(const FrameRules& rules) {
    const Rule& return_address = rules.registers[return_register];
    if (return_address.kind == Rule::Kind::undefined) return Row{RowKind::bottom, 0, Row::rbp_same};
    if (rules.is_signal_frame) return Row{RowKind::signal, 0, Row::rbp_same};
    std::int64_t cfa = 0, rbp = Row::rbp_same;
    const RowKind kind = compact_cfa(rules, cfa);
    if (kind == RowKind::exact || return_address.kind != Rule::Kind::at_cfa_offset || return_address.value != -8 ||
        rules.registers[rsp_register].kind != Rule::Kind::same || !compact_rbp(rules.registers[rbp_register], rbp))
        return Row{RowKind::exact, 0, Row::rbp_same};
    return Row{kind, cfa, rbp};
}

std::uint32_t find_rows(const FunctionEntry& entry, RowPart* rows, std::uint32_t most) {
    FrameRules rules;
    rules.is_signal_frame = entry.is_signal_frame;
    RowList list{rows, most};
    Interpreter interpreter{entry, entry.end - 1, rules, list};
    if (!interpreter.run() || interpreter.has_jumped()) return 0;
    list.add(rules, rules.begin, rules.end);
    for (std::uint32_t i = 0; i < list.count; ++i)
        if (rows[i].begin < entry.begin || rows[i].end > entry.end || (i != 0 && rows[i].begin < rows[i - 1].end))
            return 0;
    return list.count;
}

}  // namespace pyprof::capture
