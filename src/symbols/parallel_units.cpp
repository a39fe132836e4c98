#include "symbols/parallel_units.h"

#include <algorithm>
#include <thread>
#include <unordered_map>
#include <vector>

#include "symbols/dwarf_reader.h"

namespace pyprof::symbols {
namespace {

// One thread's share, with an index of its own.
struct Share {
    std::vector<std::uint32_t> units;  // of the whole index
    LineIndex index;                   // the same units
    TextTable texts;
    bool is_read = false;
    bool is_damaged = false;

    void read(const ElfFile& dwarf_file, const ElfFile* code) {
        const Result<ElfFile> file = ElfFile::open(dwarf_file.path());
        const bool is_same = file && file->build_id() == dwarf_file.build_id() && file->size() == dwarf_file.size() &&
                             file->modified_ns() == dwarf_file.modified_ns();
        if (!is_same || file->dwarf() == nullptr) return;
        DwarfReader reader{file->dwarf(), code, index, texts};
        for (std::uint32_t i = 0; i < units.size(); i++) reader.read_unit(i);
        is_damaged = reader.is_damaged();
        is_read = true;
    }
};

// Puts a share into the whole index. What it numbers gets new numbers.
class Appending {
public:
    Appending(const Share& share, LineIndex& index, TextTable& texts) : share_{share}, index_{index}, texts_{texts} {}

    void append() {
        const auto function_base = static_cast<std::uint32_t>(index_.functions.size());
        const auto scope_base = static_cast<std::uint32_t>(index_.scopes.size());
        append_units();
        append(share_.index.rows, index_.rows, [&](LineRow& row) { row.file = text(row.file); });
        append(share_.index.segments, index_.segments, [&](Segment& segment) { segment.value += scope_base; });
        append(share_.index.scopes, index_.scopes, [&](Scope& scope) {
            if (scope.parent != no_index) scope.parent += scope_base;
            scope.function += function_base;
            scope.call_file = text(scope.call_file);
        });
        append(share_.index.functions, index_.functions, [&](SourceFunction& function) {
            function.name = text(function.name);
            function.linkage_name = text(function.linkage_name);
            function.file = text(function.file);
        });
    }

private:
    template <class T, class Renumber>
    static void append(const List<T>& from, List<T>& to, Renumber renumber) {
        std::vector<T>& elements = to.own();
        const auto first = static_cast<std::ptrdiff_t>(elements.size());
        elements.insert(elements.end(), from.all().begin(), from.all().end());
        std::for_each(elements.begin() + first, elements.end(), renumber);
    }

    void append_units() {
        const auto row_base = static_cast<std::uint32_t>(index_.rows.size());
        const auto segment_base = static_cast<std::uint32_t>(index_.segments.size());
        for (std::size_t i = 0; i < share_.units.size(); i++) {
            Unit unit = share_.index.units[i];
            unit.rows_begin += row_base;
            unit.rows_end += row_base;
            unit.segments_begin += segment_base;
            unit.segments_end += segment_base;
            index_.units.own()[share_.units[i]] = unit;
        }
    }

    Text text(Text number) {
        const auto [entry, is_new] = known_.try_emplace(number, 0);
        if (is_new) entry->second = texts_.add(share_.texts[number]);
        return entry->second;
    }

    const Share& share_;
    LineIndex& index_;
    TextTable& texts_;
    std::unordered_map<Text, Text> known_;
};

// Neighbours together: they share what they declare. About the same number of bytes each.
std::vector<Share> shares_of(std::span<const std::uint32_t> units, const LineIndex& index, ThreadRule rule) {
    std::uint64_t bytes = 0;
    for (const std::uint32_t unit : units) bytes += index.units[unit].bytes;
    const std::uint64_t count = std::clamp<std::uint64_t>(bytes / rule.least_bytes, 1, rule.most);
    std::vector<Share> shares(count);
    std::uint64_t before = 0;
    for (const std::uint32_t unit : units) {
        Share& share = shares[before * count / std::max<std::uint64_t>(bytes, 1)];
        share.units.push_back(unit);
        share.index.units.own().push_back(index.units[unit]);
        before += index.units[unit].bytes;
    }
    return shares;
}

}  // namespace

ReadAhead read_units_ahead(const ElfFile& dwarf_file, const ElfFile* code, std::span<const std::uint32_t> units,
                           LineIndex& index, TextTable& texts, ThreadRule rule) {
    std::vector<Share> shares = shares_of(units, index, rule);
    if (shares.size() < 2) return ReadAhead::nothing;
    {
        std::vector<std::jthread> threads;
        for (Share& share : shares) threads.emplace_back([&] { share.read(dwarf_file, code); });
    }
    if (!std::ranges::all_of(shares, &Share::is_read)) return ReadAhead::nothing;
    for (const Share& share : shares) Appending{share, index, texts}.append();
    return std::ranges::any_of(shares, &Share::is_damaged) ? ReadAhead::damaged : ReadAhead::whole;
}

}  // namespace pyprof::symbols
