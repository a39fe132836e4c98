#pragma once
// Which ELF symbol covers an address: a sorted table of its own, because asking libdw per address is a linear scan.
// A symbol covers exactly [value, value + size): the nearest exported symbol of a stripped library is mostly wrong.
#include <cstdint>
#include <string_view>
#include <vector>

#include "symbols/elf_file.h"
#include "symbols/intervals.h"
#include "symbols/text_table.h"

namespace pyprof::symbols {

// Which table names came from.
enum class SymbolSource : std::uint32_t { none, symtab, debug_file, dynsym };

// Segments without overlaps, sorted; the value is the Text of the name. Of several names of one place the one a
// reader expects is kept: see better_name(). Symbols of .symtab without a size (hand-written assembly) reach to the
// next symbol, or to the end of their section. Names are cut at '@' (versions).
std::vector<Segment> read_symbols(const ElfFile& file, std::uint32_t section_type, TextTable& texts);

// A symbol as far as the choice between several names of one place needs it.
struct SymbolName {
    std::string_view name;
    int binding = 0;           // STB_*
    bool is_indirect = false;  // STT_GNU_IFUNC: its code chooses the function that gets the name
};

// True if `a` is the better name for a place that has both: direct before indirect, exported before local, then fewer
// leading underscores (sched_yield, not __sched_yield), global before weak, the shorter, the alphabet.
bool better_name(const SymbolName& a, const SymbolName& b);

}  // namespace pyprof::symbols
