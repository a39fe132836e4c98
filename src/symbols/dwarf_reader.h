#pragma once
// Fills a LineIndex from DWARF (versions 2 to 5) with libdw: the ranges of all units at once, rows and scopes of one
// unit when an address in it is asked for. One walk over a unit's DIEs is faster than dwarf_getscopes per address
// from some ten addresses on, and finds inlined calls whose abstract origin lies in another unit (LTO, dwz).
#include <string>
#include <unordered_map>
#include <utility>

#include "symbols/cython_lines.h"
#include "symbols/elf_file.h"
#include "symbols/line_index.h"

namespace pyprof::symbols {

class DwarfReader {
public:
    // `dwarf`, `code` (the module's own file, for which code is real) and `index` must outlive the reader.
    // `code` may be null: then every address counts as code.
    DwarfReader(Dwarf* dwarf, const ElfFile* code, LineIndex& index, TextTable& texts)
        : dwarf_{dwarf}, code_{code}, index_{index}, texts_{texts} {}

    // Adds all units, unread. Call once, for an empty index.
    void read_units();

    // Adds rows and scopes of the unit. Damaged parts are left out.
    void read_unit(std::uint32_t unit);

    // True once something was left out.
    bool is_damaged() const { return is_damaged_; }

private:
    struct Walk;
    // Where in the tree of DIEs a walk is.
    struct Place {
        std::uint32_t scope = no_index;
        std::uint32_t depth = 0;
        std::uint32_t prefix = 0;  // of Walk::prefixes
    };

    struct DeclaredIn {
        Text file = 0;
        const char* folder = nullptr;  // where the compiler of its unit ran, null: unknown
    };

    void read_rows(Dwarf_Die& unit_die, Unit& unit);
    std::pair<Text, std::uint32_t> written_for(Text file, int line, const char* folder);
    void read_scopes(Dwarf_Die& unit_die, Unit& unit);
    void walk_children(Dwarf_Die& die, Place place, Walk& walk);
    void enter_scope(Dwarf_Die& die, Place place, Walk& walk);
    std::uint32_t function_of(Dwarf_Die& die, const Walk& walk);
    SourceFunction describe(Dwarf_Die& die, Dwarf_Die& description, const Walk& walk);
    const DeclaredIn& declared_in(const char* file, Dwarf_Die& description);
    bool is_code(std::uint64_t address) const { return code_ == nullptr || code_->is_code(address); }

    Dwarf* dwarf_;
    const ElfFile* code_;
    LineIndex& index_;
    TextTable& texts_;
    CythonLines cython_;
    bool is_damaged_ = false;
    // By the address of the DIE that describes the function, which is one for all its inlined copies.
    std::unordered_map<const void*, std::uint32_t> functions_;
    // By the text that libdw hands out, which is one for each file of a unit.
    std::unordered_map<const char*, DeclaredIn> declared_in_;
};

}  // namespace pyprof::symbols
