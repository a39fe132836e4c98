#pragma once
// The line number table of an object: DWARF's .debug_line of versions 2 to 4 (DWARF 4, 6.2), which is what LLVM makes
// for JIT compilers that ask for version 4. Other versions and everything damaged give no rows. Bounded in time and
// memory by the bytes given.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pyprof::gather {

class DebugLine {
public:
    struct Row {
        std::uint64_t address = 0;
        std::uint32_t file = 0;  // of files_
        std::uint32_t line = 0;
        bool ends = false;  // the address is the first after a sequence
    };

    explicit DebugLine(std::string_view section);

    // The row that covers an address; null if none does. Valid as long as the object.
    const Row* row_at(std::uint64_t address) const;
    const std::string& file(const Row& row) const { return files_[row.file]; }

private:
    class Unit;

    std::vector<Row> rows_;  // by address
    std::vector<std::string> files_;
};

}  // namespace pyprof::gather
