#pragma once
// All that is known about the code of one module, as plain data: what is built from its ELF file and its debug file,
// and what the cache stores.
#include <memory>

#include "base/mapped_file.h"
#include "symbols/intervals.h"
#include "symbols/line_index.h"
#include "symbols/list.h"
#include "symbols/symbol_index.h"
#include "symbols/text_table.h"

namespace pyprof::symbols {

// A linkage name and what is shown for it: making one from the other takes microseconds.
struct ShownName {
    Text linkage_name = 0;
    Text shown = 0;
};

struct ModuleIndex {
    SymbolSource source = SymbolSource::none;
    std::uint32_t units_known = 0;  // 1: `lines.units` was filled, with nothing if there is no DWARF
    TextTable texts;
    List<Segment> symbols;        // value: Text of the linkage name
    List<Segment> ranges;         // functions by .eh_frame; value: of no meaning
    List<ShownName> shown_names;  // by linkage_name
    LineIndex lines;
    std::shared_ptr<const MappedFile> file;  // which holds what is not our own; null if everything is
};

}  // namespace pyprof::symbols
