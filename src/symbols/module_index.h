#pragma once
// All that is known about the code of one module, as plain data: what is built from its ELF file and its debug file,
// and what the cache stores.
#include <vector>

#include "symbols/intervals.h"
#include "symbols/line_index.h"
#include "symbols/symbol_index.h"
#include "symbols/text_table.h"

namespace pyprof::symbols {

struct ModuleIndex {
    SymbolSource source = SymbolSource::none;
    std::uint32_t units_known = 0;  // 1: `lines.units` was filled, with nothing if there is no DWARF
    TextTable texts;
    std::vector<Segment> symbols;  // value: Text of the linkage name
    std::vector<Segment> ranges;   // functions by .eh_frame; value: of no meaning
    LineIndex lines;
};

}  // namespace pyprof::symbols
