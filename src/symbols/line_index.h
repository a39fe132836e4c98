#pragma once
// Source lines and inlined calls of a module, as plain sorted data: what one walk over each touched unit of its DWARF
// gives (dwarf_reader.h), and what the cache stores. Units are read one by one as addresses ask for them.
#include <cstdint>
#include <span>
#include <vector>

#include "symbols/intervals.h"
#include "symbols/text_table.h"

namespace pyprof::symbols {

inline constexpr std::uint32_t no_index = 0xffffffff;

// A function as its debugging information describes it.
struct SourceFunction {
    Text name = 0;          // qualified where DWARF gives no linkage name
    Text linkage_name = 0;  // empty for C
    Text file = 0;
    std::uint32_t first_line = 0;
};

// A function's code, or that of a call inlined into it. Parents come first.
struct Scope {
    std::uint32_t parent = no_index;  // the scope it is inlined into; no_index: a function of its own
    std::uint32_t function = 0;       // of functions
    Text call_file = 0;               // where it is called, if inlined
    std::uint32_t call_line = 0;
};

struct LineRow {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    Text file = 0;
    std::uint32_t line = 0;  // 0: no line
};

// A compilation unit. Its rows and segments are consecutive and sorted by address.
struct Unit {
    std::uint64_t die_offset = 0;  // of its DIE in .debug_info
    std::uint32_t bytes = 0;       // of all its DIEs
    std::uint32_t is_read = 0;
    std::uint32_t rows_begin = 0, rows_end = 0;
    std::uint32_t segments_begin = 0, segments_end = 0;
};

struct LineIndex {
    std::vector<Segment> unit_ranges;  // value: unit
    std::vector<Unit> units;
    std::vector<LineRow> rows;
    std::vector<Segment> segments;  // value: the innermost scope
    std::vector<Scope> scopes;
    std::vector<SourceFunction> functions;

    const LineRow* row_at(const Unit& unit, std::uint64_t address) const {
        return find_range(std::span{rows}.subspan(unit.rows_begin, unit.rows_end - unit.rows_begin), address);
    }
    const Segment* scope_at(const Unit& unit, std::uint64_t address) const {
        return find_range(std::span{segments}.subspan(unit.segments_begin, unit.segments_end - unit.segments_begin),
                          address);
    }
};

// True if every number in `index` refers to something that exists and parents come before children: lookups in it
// end and stay inside. For indexes that were read from a file.
bool is_consistent(const LineIndex& index);

}  // namespace pyprof::symbols
