#pragma once
// Call frame information (.eh_frame) of one function, decoded when a pc in it is first met. No tables are built.
// Async-signal-safe; reads only inside the range it is given; bounded by the length of the one function's entry.
// Sources: DWARF 5, section 6.4; Linux Standard Base, "Exception Frames"; System V ABI AMD64, section 3.6.2
// (registers).
#include <cstdint>

#include "agent/capture/elf_image.h"
#include "agent/capture/registers.h"
#include "agent/capture/row.h"

namespace pyprof::capture {

inline constexpr std::uint32_t rbp_register = 6;
inline constexpr std::uint32_t rsp_register = 7;
inline constexpr std::uint32_t return_register = 16;

// Where a DWARF expression lies; the bytes are inside the range the entry was found in.
struct Expression {
    std::uint64_t at;
    std::uint32_t bytes;
};

struct Rule {
    enum class Kind : std::uint8_t {
        same,
        undefined,
        at_cfa_offset,
        is_cfa_offset,
        in_register,
        at_expression,
        is_expression
    };
    Kind kind = Kind::same;
    std::uint32_t expression_bytes = 0;
    std::int64_t value = 0;  // offset from the CFA, register number, or address of the expression
};

// How to leave a frame at one pc: DWARF's "row" with all its columns.
struct FrameRules {
    std::uint64_t begin = 0, end = 0;  // they hold for this code, which the pc is in
    bool cfa_is_expression = false;
    std::uint32_t cfa_register = Registers::count;  // none yet
    std::int64_t cfa_offset = 0;
    Expression cfa_expression = {};
    bool is_signal_frame = false;
    Rule registers[Registers::count] = {};
};

// A function's entry (FDE) with what it needs of its common entry (CIE).
struct FunctionEntry {
    std::uint64_t begin, end;  // code
    MemoryRange common_instructions;
    MemoryRange instructions;
    std::uint64_t code_alignment;
    std::int64_t data_alignment;
    std::uint8_t pointer_encoding;
    bool is_signal_frame;
};

// The entry whose code holds `pc`, by binary search in the .eh_frame_hdr at `header`. False if there is none, or if
// the tables are damaged or of a form no current linker writes; `entry` then says by its begin and end for which code
// around `pc` that is so. Reads only inside `memory`.
bool find_function(std::uint64_t header, const MemoryRange& memory, std::uint64_t pc, FunctionEntry& entry);

// Runs the entry's instructions up to `pc`. False if one is unknown or damaged.
bool find_rules(const FunctionEntry& entry, std::uint64_t pc, FrameRules& rules);

// The rules as a row if one of its kinds expresses them, else RowKind::exact. Expressions must lie in readable memory.
Row compact(const FrameRules& rules);

// The function's rows from its start on, at most `most`, without module and function. How many there are; 0 for an
// entry that is damaged or not in order.
std::uint32_t find_rows(const FunctionEntry& entry, RowPart* rows, std::uint32_t most);

}  // namespace pyprof::capture
