#include "symbols/symbol_index.h"

#include <algorithm>
#include <tuple>

namespace pyprof::symbols {
namespace {

struct Symbol {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;  // == begin: no size given
    std::uint64_t section_end = 0;
    SymbolName name;
};

bool may_name_code(const GElf_Sym& symbol) {
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx == SHN_ABS) return false;
    switch (GELF_ST_TYPE(symbol.st_info)) {
        case STT_FUNC:
        case STT_GNU_IFUNC:
            return true;
        // Labels of assembly code that its author did not declare to be functions.
        case STT_NOTYPE:
            return symbol.st_size > 0 || GELF_ST_BIND(symbol.st_info) == STB_GLOBAL;
        default:
            return false;
    }
}

std::uint64_t section_end(const ElfFile& file, const GElf_Sym& symbol, std::uint64_t otherwise) {
    GElf_Shdr header;
    Elf_Scn* section = symbol.st_shndx < SHN_LORESERVE ? elf_getscn(file.elf(), symbol.st_shndx) : nullptr;
    if (section == nullptr || gelf_getshdr(section, &header) == nullptr) return otherwise;
    return std::max(otherwise, header.sh_addr + header.sh_size);
}

std::vector<Symbol> collect(const ElfFile& file, const Section& table, Elf_Data* data) {
    std::vector<Symbol> symbols;
    const std::size_t count = data->d_size / sizeof(Elf64_Sym);
    symbols.reserve(count);
    for (std::size_t i = 0; i < count; i++) {
        GElf_Sym symbol;
        if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr || !may_name_code(symbol)) continue;
        const std::uint64_t end = symbol.st_value + symbol.st_size;
        if (!file.is_code(symbol.st_value) || end < symbol.st_value) continue;
        const char* name = elf_strptr(file.elf(), table.header.sh_link, symbol.st_name);
        if (name == nullptr || name[0] == '\0') continue;
        const std::string_view whole{name};
        const std::uint64_t limit = symbol.st_size == 0 ? section_end(file, symbol, end) : end;
        const bool is_indirect = GELF_ST_TYPE(symbol.st_info) == STT_GNU_IFUNC;
        symbols.push_back({symbol.st_value,
                           end,
                           limit,
                           {whole.substr(0, whole.find('@', 1)), GELF_ST_BIND(symbol.st_info), is_indirect}});
    }
    return symbols;
}

// Best name first among those of one place; symbols with a size before those without.
bool in_order(const Symbol& a, const Symbol& b) {
    if (a.begin != b.begin) return a.begin < b.begin;
    if (a.end != b.end) return a.end > b.end;
    return better_name(a.name, b.name);
}

}  // namespace

bool better_name(const SymbolName& a, const SymbolName& b) {
    const auto key = [](const SymbolName& symbol) {
        const bool is_local = symbol.binding != STB_GLOBAL && symbol.binding != STB_WEAK;
        const std::size_t underscores = std::min(symbol.name.find_first_not_of('_'), symbol.name.size());
        return std::tuple{symbol.is_indirect,         is_local,           underscores,
                          symbol.binding == STB_WEAK, symbol.name.size(), symbol.name};
    };
    return key(a) < key(b);
}

std::vector<Segment> read_symbols(const ElfFile& file, std::uint32_t section_type, TextTable& texts) {
    std::vector<Interval> intervals;
    for (const Section& table : file.sections(section_type)) {
        Elf_Data* data = file.data(table);
        if (data == nullptr) continue;
        std::vector<Symbol> symbols = collect(file, table, data);
        std::sort(symbols.begin(), symbols.end(), in_order);
        for (std::size_t i = 0; i < symbols.size(); i++) {
            const Symbol& symbol = symbols[i];
            const bool has_size = symbol.end > symbol.begin;
            if (!has_size && section_type == SHT_DYNSYM) continue;
            const bool repeats =
                i > 0 && symbols[i - 1].begin == symbol.begin && (!has_size || symbols[i - 1].end == symbol.end);
            if (repeats) continue;
            const std::uint64_t next = i + 1 < symbols.size() ? symbols[i + 1].begin : symbol.section_end;
            const std::uint64_t end = has_size ? symbol.end : std::min(next, symbol.section_end);
            intervals.push_back({symbol.begin, end, has_size ? 1U : 0U, texts.add(symbol.name.name)});
        }
    }
    return flatten(intervals);
}

}  // namespace pyprof::symbols
