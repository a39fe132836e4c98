#include "symbols/dwarf_reader.h"

#include <algorithm>
#include <dwarf.h>
#include <filesystem>
#include <tuple>

#include "symbols/demangle.h"

namespace pyprof::symbols {
namespace {

constexpr std::uint32_t deepest_die = 256;  // of nested blocks; real code stays below 100

// Relative paths are relative to the folder in which the compiler ran.
std::string normal_path(const char* folder, const char* path) {
    if (path == nullptr) return {};
    const std::filesystem::path whole =
        folder == nullptr ? std::filesystem::path{path} : std::filesystem::path{folder} / path;
    return whole.lexically_normal().string();
}

const char* folder_of(Dwarf_Die& unit) {
    Dwarf_Attribute attribute;
    return dwarf_formstring(dwarf_attr(&unit, DW_AT_comp_dir, &attribute));
}

std::string text_attribute(Dwarf_Die& die, unsigned name) {
    Dwarf_Attribute attribute;
    const char* text = dwarf_formstring(dwarf_attr_integrate(&die, name, &attribute));
    return text == nullptr ? std::string{} : std::string{text};
}

std::uint32_t number_attribute(Dwarf_Die& die, unsigned name) {
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (dwarf_formudata(dwarf_attr(&die, name, &attribute), &value) != 0) return 0;
    return value < no_index ? static_cast<std::uint32_t>(value) : 0;
}

// The DIE that describes the function a DIE is a copy of: the end of its abstract origins and specifications.
Dwarf_Die description_of(Dwarf_Die die) {
    for (int hops = 0; hops < 8; hops++) {
        Dwarf_Attribute attribute;
        Dwarf_Die next;
        Dwarf_Attribute* reference = dwarf_attr(&die, DW_AT_abstract_origin, &attribute);
        if (reference == nullptr) reference = dwarf_attr(&die, DW_AT_specification, &attribute);
        if (reference == nullptr || dwarf_formref_die(reference, &next) == nullptr) break;
        die = next;
    }
    return die;
}

// An upper bound on the DIEs of the unit, which take at least a byte each.
std::uint32_t unit_bytes(Dwarf_Die& die) {
    Dwarf_Off next = 0;
    const Dwarf_Off begin = dwarf_dieoffset(&die) - dwarf_cuoffset(&die);
    std::size_t header_bytes = 0;
    if (dwarf_next_unit(dwarf_cu_getdwarf(die.cu), begin, &next, &header_bytes, nullptr, nullptr, nullptr, nullptr,
                        nullptr, nullptr) != 0) {
        return 0;
    }
    return static_cast<std::uint32_t>(std::min<Dwarf_Off>(next - begin, no_index));
}

// The part of a qualified name that a DIE gives to what is declared in it; empty if none.
std::string name_part(Dwarf_Die& die) {
    const char* name = dwarf_diename(&die);
    if (name != nullptr) return std::string_view{name}.starts_with("<lambda") ? "{lambda}::" : std::string{name} + "::";
    switch (dwarf_tag(&die)) {
        case DW_TAG_namespace:
            return "{anonymous}::";
        case DW_TAG_class_type:
        case DW_TAG_structure_type:
            return "{lambda}::";
        default:
            return {};
    }
}

// The source file that a number of this unit's line table stands for.
class FileNames {
public:
    FileNames(Dwarf_Die& unit, TextTable& texts) : texts_{texts}, folder_{folder_of(unit)} {
        if (dwarf_getsrcfiles(&unit, &files_, &count_) != 0) count_ = 0;
        known_.resize(std::min<std::size_t>(count_, 1 << 20), no_index);
    }

    const char* folder() const { return folder_; }  // where the compiler ran, null: unknown
    Text at(std::size_t number) {
        if (number >= known_.size()) return 0;
        Text& known = known_[number];
        if (known == no_index)
            known = texts_.add(normal_path(folder_, dwarf_filesrc(files_, number, nullptr, nullptr)));
        return known;
    }

private:
    TextTable& texts_;
    const char* folder_;
    Dwarf_Files* files_ = nullptr;
    std::size_t count_ = 0;
    std::vector<Text> known_;
};

}  // namespace

// What one walk over a unit gathers.
struct DwarfReader::Walk {
    // Something that functions are declared in. Few need its name, and making names of all would take the most time.
    struct Prefix {
        std::uint32_t within = 0;  // of prefixes, 0: of nothing
        Dwarf_Die die{};
    };

    FileNames files;
    std::vector<Interval> intervals;
    std::vector<std::pair<std::uint32_t, Dwarf_Die>> unnamed;  // scopes, named when all prefixes are known
    std::vector<Prefix> prefixes{Prefix{}};
    std::unordered_map<Dwarf_Off, std::uint32_t> prefix_of;  // of functions that are declared in something
    // DIEs still to be looked at: no more than the unit has bytes, so that damaged links between DIEs end somewhere.
    std::uint64_t budget = 0;

    bool is_damaged = false;

    bool first_child(Dwarf_Die& parent, Dwarf_Die& die, std::uint32_t depth) {
        if (dwarf_haschildren(&parent) != 1) return false;
        if (depth >= deepest_die) is_damaged = true;
        return depth < deepest_die && spend() && found(dwarf_child(&parent, &die));
    }
    // The place of what is declared in `die`, which itself is in `place`.
    Place inside(Dwarf_Die& die, Place place) {
        // A definition stands outside of the namespace or class that declares it.
        if (place.prefix == 0 && !prefix_of.empty()) {
            Dwarf_Die declaration = description_of(die);
            const auto declared_in = prefix_of.find(dwarf_dieoffset(&declaration));
            if (declared_in != prefix_of.end()) place.prefix = declared_in->second;
        }
        prefixes.push_back({place.prefix, die});
        return {place.scope, place.depth, static_cast<std::uint32_t>(prefixes.size() - 1)};
    }
    // "heat::Grid::"
    std::string name_of(std::uint32_t prefix) const {
        std::string name;
        for (; prefix != 0; prefix = prefixes[prefix].within) {
            Dwarf_Die die = prefixes[prefix].die;
            name.insert(0, name_part(die));
        }
        return name;
    }
    bool next_sibling(Dwarf_Die& die) { return spend() && found(dwarf_siblingof(&die, &die)); }

private:
    bool spend() {
        if (budget == 0) is_damaged = true;
        return budget > 0 && budget-- > 0;
    }
    // What libdw says of a step from one DIE to another: 0 done, 1 there is none, -1 it cannot be.
    bool found(int step) {
        if (step < 0) is_damaged = true;
        return step == 0;
    }
};

void DwarfReader::read_units() {
    std::vector<Interval> ranges;
    Dwarf_CU* cu = nullptr;
    Dwarf_Half version = 0;
    std::uint8_t type = 0;
    Dwarf_Die die;
    int step = 0;
    while ((step = dwarf_get_units(dwarf_, cu, &cu, &version, &type, &die, nullptr)) == 0) {
        if (dwarf_tag(&die) != DW_TAG_compile_unit && dwarf_tag(&die) != DW_TAG_skeleton_unit) continue;
        const auto unit = static_cast<std::uint32_t>(index_.units.size());
        index_.units.own().push_back({.die_offset = dwarf_dieoffset(&die), .bytes = unit_bytes(die)});
        Dwarf_Addr base = 0;
        Dwarf_Addr begin = 0;
        Dwarf_Addr end = 0;
        std::ptrdiff_t at = 0;
        while ((at = dwarf_ranges(&die, at, &base, &begin, &end)) > 0) {
            if (is_code(begin)) ranges.push_back({begin, end, 0, unit});
        }
    }
    is_damaged_ = is_damaged_ || step < 0;
    index_.unit_ranges = flatten(ranges);
}

void DwarfReader::read_unit(std::uint32_t number) {
    Unit& unit = index_.units.own()[number];
    unit.is_read = 1;
    unit.rows_begin = unit.rows_end = static_cast<std::uint32_t>(index_.rows.size());
    unit.segments_begin = unit.segments_end = static_cast<std::uint32_t>(index_.segments.size());
    Dwarf_Die die;
    if (dwarf_offdie(dwarf_, unit.die_offset, &die) == nullptr) return;
    read_rows(die, unit);
    read_scopes(die, unit);
}

void DwarfReader::read_rows(Dwarf_Die& unit_die, Unit& unit) {
    Dwarf_Lines* lines = nullptr;
    std::size_t count = 0;
    if (dwarf_getsrclines(&unit_die, &lines, &count) != 0) {
        is_damaged_ = is_damaged_ || dwarf_hasattr(&unit_die, DW_AT_stmt_list) != 0;
        return;
    }
    const char* folder = folder_of(unit_die);
    std::vector<LineRow>& rows = index_.rows.own();
    std::unordered_map<const char*, Text> files;  // libdw hands out one pointer per file of the table
    for (std::size_t i = 0; i + 1 < count; i++) {
        Dwarf_Line* line = dwarf_onesrcline(lines, i);
        Dwarf_Addr begin = 0;
        Dwarf_Addr end = 0;
        int number = 0;
        bool ends_sequence = true;
        dwarf_lineaddr(line, &begin);
        dwarf_lineaddr(dwarf_onesrcline(lines, i + 1), &end);
        if (dwarf_lineendsequence(line, &ends_sequence) != 0 || ends_sequence || begin >= end || !is_code(begin))
            continue;
        dwarf_lineno(line, &number);
        const char* path = dwarf_linesrc(line, nullptr, nullptr);
        const auto [file, is_new] = files.try_emplace(path, 0);
        if (is_new) file->second = texts_.add(normal_path(folder, path));
        const auto [source, source_line] = written_for(file->second, number, folder);
        const LineRow row{begin, end, source, source_line};
        LineRow* last = rows.size() > unit.rows_begin ? &rows.back() : nullptr;
        if (last != nullptr && last->end == begin && last->file == row.file && last->line == row.line) {
            last->end = end;
        } else {
            rows.push_back(row);
        }
    }
    unit.rows_end = static_cast<std::uint32_t>(rows.size());
}

// The place that people know: in the .pyx file for what Cython wrote from it.
std::pair<Text, std::uint32_t> DwarfReader::written_for(Text file, int line, const char* folder) {
    const std::string_view here = texts_[file];
    const SourceLine of{here, static_cast<std::uint32_t>(std::max(line, 0))};
    const SourceLine source = cython_.source_of(of, folder == nullptr ? std::string_view{} : folder);
    return {source.file.data() == here.data() ? file : texts_.add(source.file), source.line};
}

void DwarfReader::read_scopes(Dwarf_Die& unit_die, Unit& unit) {
    Walk walk{FileNames{unit_die, texts_}, {}, {}, {Walk::Prefix{}}, {}, unit.bytes};
    walk_children(unit_die, {}, walk);
    is_damaged_ = is_damaged_ || walk.is_damaged;
    for (auto& [scope, die] : walk.unnamed) index_.scopes.own()[scope].function = function_of(die, walk);
    const std::vector<Segment> segments = flatten(walk.intervals);
    std::vector<Segment>& all = index_.segments.own();
    all.insert(all.end(), segments.begin(), segments.end());
    unit.segments_end = static_cast<std::uint32_t>(all.size());
}

void DwarfReader::walk_children(Dwarf_Die& parent_die, Place place, Walk& walk) {
    Dwarf_Die die;
    if (!walk.first_child(parent_die, die, place.depth)) return;
    place.depth++;
    do {
        switch (dwarf_tag(&die)) {
            case DW_TAG_subprogram:
                if (place.prefix != 0) walk.prefix_of.emplace(dwarf_dieoffset(&die), place.prefix);
                if (dwarf_hasattr(&die, DW_AT_declaration) != 0) break;  // holds neither code nor definitions
                enter_scope(die, walk.inside(die, {no_index, place.depth, place.prefix}), walk);
                break;
            case DW_TAG_inlined_subroutine:
                enter_scope(die, place, walk);
                break;
            case DW_TAG_lexical_block:
                walk_children(die, place, walk);
                break;
            case DW_TAG_namespace:
            case DW_TAG_class_type:
            case DW_TAG_structure_type:
            case DW_TAG_module:
                walk_children(die, walk.inside(die, place), walk);
                break;
            default:
                break;
        }
    } while (walk.next_sibling(die));
}

void DwarfReader::enter_scope(Dwarf_Die& die, Place place, Walk& walk) {
    const auto scope = static_cast<std::uint32_t>(index_.scopes.size());
    const std::size_t intervals_before = walk.intervals.size();
    Dwarf_Addr base = 0;
    Dwarf_Addr begin = 0;
    Dwarf_Addr end = 0;
    std::ptrdiff_t at = 0;
    while ((at = dwarf_ranges(&die, at, &base, &begin, &end)) > 0) {
        if (is_code(begin)) walk.intervals.push_back({begin, end, place.depth, scope});
    }
    // Otherwise a declaration, or code that the linker dropped: there may still be functions declared in it.
    if (walk.intervals.size() != intervals_before) {
        Scope& entered = index_.scopes.own().emplace_back(Scope{.parent = place.scope});
        if (place.scope != no_index) {
            const auto [file, line] =
                written_for(walk.files.at(number_attribute(die, DW_AT_call_file)),
                            static_cast<int>(number_attribute(die, DW_AT_call_line)), walk.files.folder());
            entered.call_file = file;
            entered.call_line = line;
        }
        walk.unnamed.emplace_back(scope, die);
        place.scope = scope;
    }
    walk_children(die, place, walk);
}

std::uint32_t DwarfReader::function_of(Dwarf_Die& die, const Walk& walk) {
    Dwarf_Die description = description_of(die);
    const auto [entry, is_new] =
        functions_.try_emplace(description.addr, static_cast<std::uint32_t>(index_.functions.size()));
    if (is_new) index_.functions.own().push_back(describe(die, description, walk));
    return entry->second;
}

SourceFunction DwarfReader::describe(Dwarf_Die& die, Dwarf_Die& description, const Walk& walk) {
    SourceFunction function;
    std::string linkage_name = text_attribute(die, DW_AT_linkage_name);
    if (linkage_name.empty()) linkage_name = text_attribute(die, DW_AT_MIPS_linkage_name);
    // Names of C++ and Rust say where the function was declared.
    if (!linkage_name.starts_with("_Z") && !linkage_name.starts_with("_R")) {
        const auto prefix = walk.prefix_of.find(dwarf_dieoffset(&description));
        const bool is_here = prefix != walk.prefix_of.end() && dwarf_cu_getdwarf(description.cu) == dwarf_;
        const std::string qualifier = is_here ? walk.name_of(prefix->second) : std::string{};
        function.name = texts_.add(simplify(qualifier + text_attribute(die, DW_AT_name)));
    }
    function.linkage_name = texts_.add(linkage_name);
    int line = 0;
    if (dwarf_decl_line(&die, &line) != 0) line = 0;
    const DeclaredIn& declared = declared_in(dwarf_decl_file(&die), description);
    std::tie(function.file, function.first_line) = written_for(declared.file, line, declared.folder);
    return function;
}

const DwarfReader::DeclaredIn& DwarfReader::declared_in(const char* file, Dwarf_Die& description) {
    const auto [entry, is_new] = declared_in_.try_emplace(file);
    if (is_new) {
        Dwarf_Die unit;
        if (dwarf_diecu(&description, &unit, nullptr, nullptr) != nullptr) entry->second.folder = folder_of(unit);
        entry->second.file = texts_.add(normal_path(entry->second.folder, file));
    }
    return entry->second;
}

}  // namespace pyprof::symbols
