#pragma once
// Source lines and inlined calls of a module, as plain sorted data: what one walk over each touched unit of its DWARF
// gives (dwarf_reader.h), and what the cache stores. Units are read one by one as addresses ask for them.
#include <cstdint>

#include "symbols/intervals.h"
#include "symbols/list.h"
#include "symbols/text_table.h"

namespace pyprof::symbols {

inline constexpr std::uint32_t no_index = 0xffffffff;

// A function as its debugging information describes it.
struct SourceFunction {
    Text name = 0;          // simplified and qualified; empty where the linkage name says it all (C++, Rust)
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

// Numbers in an index that was read from a file may refer to nothing: lookups stay inside all the same, and end.
struct LineIndex {
    List<Segment> unit_ranges;  // value: unit
    List<Unit> units;
    List<LineRow> rows;
    List<Segment> segments;  // value: the innermost scope
    List<Scope> scopes;
    List<SourceFunction> functions;

    const LineRow* row_at(const Unit& unit, std::uint64_t address) const {
        return find_range(rows.slice(unit.rows_begin, unit.rows_end), address);
    }
    // The innermost, null if there is none.
    const Scope* scope_at(const Unit& unit, std::uint64_t address) const {
        const Segment* segment = find_range(segments.slice(unit.segments_begin, unit.segments_end), address);
        return segment == nullptr ? nullptr : scope(segment->value);
    }
    // The one that `inner`, which is of this index, is inlined into; null if it is a function of its own.
    const Scope* parent_of(const Scope& inner) const {
        return inner.parent < static_cast<std::size_t>(&inner - scopes.all().data()) ? scope(inner.parent) : nullptr;
    }

private:
    const Scope* scope(std::uint32_t number) const {
        return number < scopes.size() && scopes[number].function < functions.size() ? &scopes[number] : nullptr;
    }
};

}  // namespace pyprof::symbols
