#pragma once
// Reads many units of a module at once, on several threads. Each has handles of its own:
// libdw's are for one thread at a time.
#include <cstdint>
#include <span>

#include "symbols/elf_file.h"
#include "symbols/line_index.h"
#include "symbols/text_table.h"

namespace pyprof::symbols {

struct ThreadRule {
    std::uint64_t most;                    // threads
    std::uint64_t least_bytes = 2U << 20;  // of DIEs for each: below, it takes longer to start than to read
};

enum class ReadAhead : std::uint8_t {
    nothing,  // too little for several threads, or the file is no longer the one that was opened
    whole,
    damaged,  // parts were left out
};

// `units` are numbers of index.units, none of them read. `dwarf_file` has the debugging information, `code` the code,
// null: every address counts as code.
ReadAhead read_units_ahead(const ElfFile& dwarf_file, const ElfFile* code, std::span<const std::uint32_t> units,
                           LineIndex& index, TextTable& texts, ThreadRule rule);

}  // namespace pyprof::symbols
