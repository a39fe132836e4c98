#include "symbols/parallel_units.h"

#include <numeric>
#include <string>

#include "symbols/dwarf_reader.h"
#include "tests/support/catch.h"

namespace pyprof::symbols {
namespace {

// This very program, which has many units.
struct Program {
    ElfFile file = std::move(*ElfFile::open("/proc/self/exe"));
    LineIndex index;
    TextTable texts;
    DwarfReader reader{file.dwarf(), &file, index, texts};
    std::vector<std::uint32_t> units;
    Program() {
        REQUIRE(file.dwarf() != nullptr);
        reader.read_units();
        units.resize(index.units.size());
        std::iota(units.begin(), units.end(), 0U);
    }

    // The line at an address, and the calls that it belongs to.
    std::string at(std::uint32_t unit, std::uint64_t address) const {
        const LineRow* row = index.row_at(index.units[unit], address);
        std::string text = row == nullptr ? "none" : std::string{texts[row->file]} + ":" + std::to_string(row->line);
        for (const Scope* scope = index.scope_at(index.units[unit], address); scope != nullptr;
             scope = index.parent_of(*scope)) {
            const SourceFunction& function = index.functions[scope->function];
            for (const Text part : {function.name, function.linkage_name, function.file, scope->call_file})
                text.append(" ").append(texts[part]);
            text += " " + std::to_string(function.first_line) + " " + std::to_string(scope->call_line);
        }
        return text;
    }
};

TEST_CASE("units that are read by several threads hold what one thread reads") {
    Program one, several;
    for (const std::uint32_t unit : one.units) one.reader.read_unit(unit);
    const ReadAhead read =
        read_units_ahead(several.file, &several.file, several.units, several.index, several.texts, {3, 1});
    REQUIRE(read == ReadAhead::whole);
    REQUIRE(one.index.rows.size() > 1000);
    CHECK(several.index.rows.size() == one.index.rows.size());
    CHECK(several.index.scopes.size() == one.index.scopes.size());
    std::size_t compared = 0;
    for (const std::uint32_t unit : one.units) {
        for (std::uint32_t row = one.index.units[unit].rows_begin; row < one.index.units[unit].rows_end; row++) {
            const std::uint64_t address = one.index.rows[row].begin;
            if (one.at(unit, address) != several.at(unit, address)) FAIL(one.at(unit, address));
            compared++;
        }
    }
    CHECK(compared == one.index.rows.size());
}

TEST_CASE("little is not read by several threads") {
    Program program;
    CHECK(read_units_ahead(program.file, &program.file, program.units, program.index, program.texts, {1, 1}) ==
          ReadAhead::nothing);
    CHECK(read_units_ahead(program.file, &program.file, {}, program.index, program.texts, {4, 1}) ==
          ReadAhead::nothing);
    CHECK(program.index.rows.empty());
}

}  // namespace
}  // namespace pyprof::symbols
