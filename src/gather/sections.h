#pragma once
// The sections of a gathered tree, each as columns; docs/formats/gathered.md gives the table. For bytes.cpp.
#include <cstdint>

#include "gather/columns.h"
#include "gather/tree.h"

namespace pyprof::gather {

// In the order in which they are written: a section refers to earlier ones only.
enum class Section : std::uint32_t {
    processes = 1,
    modules,
    codes,
    contexts,
    threads,
    values,
    notes,
    measures,
    calls,
    moments,
    end
};
inline constexpr std::uint32_t section_count = 11;

// What the reader of a section must know: which earlier sections are not there, so that references to them go to
// the one stand-in (index 0).
class LostSections {
public:
    void add(Section section) { bits_ |= bit(section); }
    bool has(Section section) const { return (bits_ & bit(section)) != 0; }
    bool any() const { return bits_ != 0; }

private:
    static std::uint32_t bit(Section section) { return 1U << static_cast<std::uint32_t>(section); }
    std::uint32_t bits_ = 0;
};

void write_section(Section section, const Tree& tree, ColumnWriter& columns);

// Fills the section's part of `tree`, whose earlier sections are read already. When the reader has failed
// afterwards, that part holds anything and must be replaced by `make_stand_in`.
void read_section(Section section, ColumnReader& columns, const LostSections& lost, Tree& tree);

// What references to a lost section go to.
void make_stand_in(Section section, Tree& tree);

}  // namespace pyprof::gather
