#pragma once
// From a code unit to its source line, by the table of a CPython code object, as CPython itself does it:
// lnotab: Objects/lnotab_notes.txt of 3.9; pep626: Objects/lnotab_notes.txt of 3.10; locations:
// Objects/locations.md of 3.11. A code unit is two bytes of bytecode.
// Plain value; not for the signal side.
#include <cstdint>
#include <string_view>
#include <vector>

#include "wire/recording.h"

namespace pyprof::gather {

class LineTable {
public:
    // `table` may be anything: what cannot be understood gives no lines. Lines outside [1, 2^31) count as none.
    // Units before `first_traceable` bind arguments and closures: they are on the first line, whatever the table says.
    LineTable(wire::LineTableKind kind, std::int32_t first_line, std::uint32_t first_traceable, std::string_view table);

    // The line of code unit `unit`, 0 if it has none. Units before 0 (not started yet) are on the first line.
    std::uint32_t line_of(std::int64_t unit) const;

private:
    struct Range {
        std::int64_t begin;  // first unit; the range ends where the next one begins
        std::uint32_t line;  // 0: none
    };
    void add(std::int64_t begin, std::int64_t line);
    void read_lnotab(std::string_view table);
    void read_pep626(std::string_view table);
    void read_locations(std::string_view table);

    std::int64_t first_line_;
    std::int64_t first_traceable_;
    std::vector<Range> ranges_;  // by ascending begin
};

}  // namespace pyprof::gather
