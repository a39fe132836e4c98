#include "symbols/dwarf_reader.h"

#include <algorithm>
#include <dwarf.h>
#include <filesystem>

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

// True if functions inside the DIE may lack a linkage name, so that its name must become part of theirs.
bool names_its_functions(int tag, bool is_hidden) {
    switch (tag) {
        case DW_TAG_namespace:
        case DW_TAG_module:
            return true;
        case DW_TAG_class_type:
        case DW_TAG_structure_type:
            return is_hidden;
        default:
            return false;
    }
}

// The source file that a number of this unit's line table stands for.
class FileNames {
public:
    FileNames(Dwarf_Die& unit, TextTable& texts) : texts_{texts}, folder_{folder_of(unit)} {
        if (dwarf_getsrcfiles(&unit, &files_, &count_) != 0) count_ = 0;
        known_.resize(std::min<std::size_t>(count_, 1 << 20), no_index);
    }

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
    FileNames files;
    Prefixes prefixes;
    std::vector<Interval> intervals;
    // DIEs still to be looked at: no more than the unit has bytes, so that damaged links between DIEs end somewhere.
    std::uint64_t budget = 0;

    bool first_child(Dwarf_Die& parent, Dwarf_Die& die, std::uint32_t depth) {
        return depth < deepest_die && spend() && dwarf_child(&parent, &die) == 0;
    }
    bool next_sibling(Dwarf_Die& die) { return spend() && dwarf_siblingof(&die, &die) == 0; }

private:
    bool spend() { return budget > 0 && budget-- > 0; }
};

void DwarfReader::read_units() {
    std::vector<Interval> ranges;
    Dwarf_CU* cu = nullptr;
    Dwarf_Half version = 0;
    std::uint8_t type = 0;
    Dwarf_Die die;
    while (dwarf_get_units(dwarf_, cu, &cu, &version, &type, &die, nullptr) == 0) {
        if (dwarf_tag(&die) != DW_TAG_compile_unit && dwarf_tag(&die) != DW_TAG_skeleton_unit) continue;
        const auto unit = static_cast<std::uint32_t>(index_.units.size());
        index_.units.push_back({.die_offset = dwarf_dieoffset(&die), .bytes = unit_bytes(die)});
        Dwarf_Addr base = 0;
        Dwarf_Addr begin = 0;
        Dwarf_Addr end = 0;
        std::ptrdiff_t at = 0;
        while ((at = dwarf_ranges(&die, at, &base, &begin, &end)) > 0) {
            if (is_code(begin)) ranges.push_back({begin, end, 0, unit});
        }
    }
    index_.unit_ranges = flatten(ranges);
}

void DwarfReader::read_unit(std::uint32_t number) {
    Unit& unit = index_.units[number];
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
    if (dwarf_getsrclines(&unit_die, &lines, &count) != 0) return;
    const char* folder = folder_of(unit_die);
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
        const LineRow row{begin, end, file->second, static_cast<std::uint32_t>(std::max(number, 0))};
        LineRow* last = index_.rows.size() > unit.rows_begin ? &index_.rows.back() : nullptr;
        if (last != nullptr && last->end == begin && last->file == row.file && last->line == row.line) {
            last->end = end;
        } else {
            index_.rows.push_back(row);
        }
    }
    unit.rows_end = static_cast<std::uint32_t>(index_.rows.size());
}

void DwarfReader::read_scopes(Dwarf_Die& unit_die, Unit& unit) {
    Walk walk{FileNames{unit_die, texts_}, {}, {}, unit.bytes};
    collect_prefixes(unit_die, {}, 0, walk);
    walk_children(unit_die, no_index, 0, walk);
    const std::vector<Segment> segments = flatten(walk.intervals);
    index_.segments.insert(index_.segments.end(), segments.begin(), segments.end());
    unit.segments_end = static_cast<std::uint32_t>(index_.segments.size());
}

void DwarfReader::walk_children(Dwarf_Die& parent_die, std::uint32_t parent, std::uint32_t depth, Walk& walk) {
    Dwarf_Die die;
    if (!walk.first_child(parent_die, die, depth)) return;
    do {
        switch (dwarf_tag(&die)) {
            case DW_TAG_subprogram:
                enter_scope(die, no_index, depth, walk);
                break;
            case DW_TAG_inlined_subroutine:
                enter_scope(die, parent, depth, walk);
                break;
            case DW_TAG_lexical_block:
            case DW_TAG_namespace:
            case DW_TAG_class_type:
            case DW_TAG_structure_type:
            case DW_TAG_module:
                walk_children(die, parent, depth + 1, walk);
                break;
            default:
                break;
        }
    } while (walk.next_sibling(die));
}

// Qualified-name prefixes of functions without linkage name: those in anonymous namespaces and in Fortran modules.
// Other classes are passed over, because their functions have linkage names.
void DwarfReader::collect_prefixes(Dwarf_Die& parent_die, const std::string& prefix, std::uint32_t depth, Walk& walk) {
    Dwarf_Die die;
    if (!walk.first_child(parent_die, die, depth)) return;
    const bool is_hidden = prefix.find("{anonymous}") != std::string::npos;
    do {
        const int tag = dwarf_tag(&die);
        if (tag == DW_TAG_subprogram && !prefix.empty()) walk.prefixes.emplace(dwarf_dieoffset(&die), prefix);
        if (!names_its_functions(tag, is_hidden)) continue;
        const char* name = dwarf_diename(&die);
        collect_prefixes(die, prefix + (name == nullptr ? "{anonymous}" : name) + "::", depth + 1, walk);
    } while (walk.next_sibling(die));
}

void DwarfReader::enter_scope(Dwarf_Die& die, std::uint32_t parent, std::uint32_t depth, Walk& walk) {
    const auto scope = static_cast<std::uint32_t>(index_.scopes.size());
    const std::size_t intervals_before = walk.intervals.size();
    Dwarf_Addr base = 0;
    Dwarf_Addr begin = 0;
    Dwarf_Addr end = 0;
    std::ptrdiff_t at = 0;
    while ((at = dwarf_ranges(&die, at, &base, &begin, &end)) > 0) {
        if (is_code(begin)) walk.intervals.push_back({begin, end, depth + 1, scope});
    }
    if (walk.intervals.size() == intervals_before) return;  // a declaration, or code that the linker dropped
    index_.scopes.push_back({.parent = parent, .function = function_of(die, walk.prefixes)});
    if (parent != no_index) {
        index_.scopes[scope].call_file = walk.files.at(number_attribute(die, DW_AT_call_file));
        index_.scopes[scope].call_line = number_attribute(die, DW_AT_call_line);
    }
    walk_children(die, scope, depth + 1, walk);
}

std::uint32_t DwarfReader::function_of(Dwarf_Die& die, const Prefixes& prefixes) {
    Dwarf_Die description = description_of(die);
    const auto [entry, is_new] =
        functions_.try_emplace(description.addr, static_cast<std::uint32_t>(index_.functions.size()));
    if (is_new) index_.functions.push_back(describe(die, description, prefixes));
    return entry->second;
}

SourceFunction DwarfReader::describe(Dwarf_Die& die, Dwarf_Die& description, const Prefixes& prefixes) {
    SourceFunction function;
    std::string linkage_name = text_attribute(die, DW_AT_linkage_name);
    if (linkage_name.empty()) linkage_name = text_attribute(die, DW_AT_MIPS_linkage_name);
    std::string name = text_attribute(die, DW_AT_name);
    const auto prefix = prefixes.find(dwarf_dieoffset(&description));
    if (prefix != prefixes.end() && dwarf_cu_getdwarf(description.cu) == dwarf_) name = prefix->second + name;
    function.name = texts_.add(name);
    function.linkage_name = texts_.add(linkage_name);
    Dwarf_Die unit;
    const char* folder = dwarf_diecu(&description, &unit, nullptr, nullptr) == nullptr ? nullptr : folder_of(unit);
    function.file = texts_.add(normal_path(folder, dwarf_decl_file(&die)));
    int line = 0;
    if (dwarf_decl_line(&die, &line) == 0 && line > 0) function.first_line = static_cast<std::uint32_t>(line);
    return function;
}

}  // namespace pyprof::symbols
