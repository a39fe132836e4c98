#include "gather/line_table.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace pyprof::gather {
namespace {

std::int64_t unsigned_byte(char c) { return static_cast<unsigned char>(c); }
std::int64_t signed_byte(char c) { return static_cast<signed char>(c); }

constexpr std::int64_t no_line = 0;

// The variable-length integers of the location table: six bits per byte, lowest first; bit 6 means that more follow.
class LocationReader {
public:
    explicit LocationReader(std::string_view bytes) : bytes_{bytes} {}

    bool done() const { return at_ >= bytes_.size(); }
    std::optional<std::uint32_t> byte() {
        if (done()) return std::nullopt;
        return static_cast<unsigned char>(bytes_[at_++]);
    }
    std::optional<std::uint32_t> number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 36; shift += 6) {
            const auto next = byte();
            if (!next) return std::nullopt;
            value |= std::uint64_t{*next & 0x3F} << shift;
            if ((*next & 0x40) == 0) return static_cast<std::uint32_t>(value);
        }
        return std::nullopt;
    }
    std::optional<std::int64_t> signed_number() {  // the lowest bit is the sign
        const auto value = number();
        if (!value) return std::nullopt;
        const std::int64_t magnitude = *value >> 1;
        return (*value & 1) != 0 ? -magnitude : magnitude;
    }
    bool skip_bytes(int count) {
        while (count-- > 0)
            if (!byte()) return false;
        return true;
    }
    bool skip_numbers(int count) {
        while (count-- > 0)
            if (!number()) return false;
        return true;
    }

private:
    std::string_view bytes_;
    std::size_t at_ = 0;
};

// One entry's change of line after its first byte; nullopt where the table is cut.
struct LineChange {
    std::int64_t delta = 0;
    bool has_line = true;
};

std::optional<LineChange> read_change(LocationReader& reader, std::uint32_t code) {
    if (code == 15) return LineChange{0, false};
    if (code >= 10 && code <= 12) {  // one line: the delta is in the code; two columns follow
        return reader.skip_bytes(2) ? std::optional{LineChange{static_cast<std::int64_t>(code) - 10}} : std::nullopt;
    }
    if (code < 10) return reader.skip_bytes(1) ? std::optional{LineChange{}} : std::nullopt;  // same line, short
    const auto delta = reader.signed_number();
    if (!delta) return std::nullopt;
    if (code == 14 && !reader.skip_numbers(3)) return std::nullopt;  // end line and two columns
    return LineChange{*delta};
}

}  // namespace

LineTable::LineTable(wire::LineTableKind kind, std::int32_t first_line, std::uint32_t first_traceable,
                     std::string_view table)
    : first_line_{first_line}, first_traceable_{first_traceable} {
    switch (kind) {
        case wire::LineTableKind::lnotab:
            read_lnotab(table);
            break;
        case wire::LineTableKind::pep626:
            read_pep626(table);
            break;
        case wire::LineTableKind::locations:
            read_locations(table);
            break;
    }
}

std::uint32_t LineTable::line_of(std::int64_t unit) const {
    if (unit < first_traceable_) return first_line_ > 0 ? static_cast<std::uint32_t>(first_line_) : 0;
    const auto after = std::upper_bound(ranges_.begin(), ranges_.end(), unit,
                                        [](std::int64_t u, const Range& range) { return u < range.begin; });
    return after == ranges_.begin() ? 0 : std::prev(after)->line;
}

void LineTable::add(std::int64_t begin, std::int64_t line) {
    const bool valid = line > 0 && line <= std::numeric_limits<std::int32_t>::max();
    const std::uint32_t stored = valid ? static_cast<std::uint32_t>(line) : 0;
    if (!ranges_.empty() && ranges_.back().begin == begin)
        ranges_.back().line = stored;  // an empty range before
    else if (ranges_.empty() || ranges_.back().line != stored)
        ranges_.push_back({begin, stored});
}

// Pairs (bytes to advance, signed change of line). The last line goes on to the end of the code.
void LineTable::read_lnotab(std::string_view table) {
    std::int64_t byte = 0, line = first_line_;
    add(0, line);
    for (std::size_t i = 0; i + 1 < table.size(); i += 2) {
        byte += unsigned_byte(table[i]);
        line += signed_byte(table[i + 1]);
        add((byte + 1) / 2, line);
    }
}

// Pairs (length in bytes, signed change of line before the range); -128: the range has no line.
void LineTable::read_pep626(std::string_view table) {
    std::int64_t byte = 0, line = first_line_;
    for (std::size_t i = 0; i + 1 < table.size(); i += 2) {
        const std::int64_t change = signed_byte(table[i + 1]);
        const bool has_line = change != -128;
        if (has_line) line += change;
        add((byte + 1) / 2, has_line ? line : no_line);
        byte += unsigned_byte(table[i]);
    }
    add((byte + 1) / 2, no_line);
}

// Entries 1cccclll: code, length - 1 in units, then what the code asks for.
void LineTable::read_locations(std::string_view table) {
    std::int64_t unit = 0, line = first_line_;
    LocationReader reader{table};
    while (const auto head = reader.byte()) {
        if ((*head & 0x80) == 0) break;
        const auto change = read_change(reader, *head >> 3 & 15);
        if (!change) break;
        line += change->delta;
        add(unit, change->has_line ? line : no_line);
        unit += (*head & 7) + 1;
    }
    add(unit, no_line);
}

}  // namespace pyprof::gather
