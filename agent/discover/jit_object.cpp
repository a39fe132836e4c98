// System V gABI "Object Files"; relocation types are those of the x86-64 psABI.
#include "agent/discover/jit_object.h"

#include <cstring>
#include <elf.h>

namespace pyprof::discover {
namespace {

constexpr std::uint32_t max_sections = 4096;
constexpr std::uint32_t max_name_bytes = 4096;

constexpr std::uint32_t round_up(std::uint32_t bytes) { return (bytes + 7) & ~7U; }

}  // namespace

struct JitObject::Section : Elf64_Shdr {};

struct JitObject::Table {
    Section symbols, strings;
};

struct JitObject::Sums {
    std::uint32_t functions = 0;
    std::uint64_t begin = UINT64_MAX, end = 0;
    std::uint64_t name_bytes = 0;
};

template <class T>
bool JitObject::read(std::uint64_t at, T& value) const {
    if (at > bytes_.size() || bytes_.size() - at < sizeof(T)) return false;
    std::memcpy(&value, bytes_.data() + at, sizeof(T));
    return true;
}

std::uint32_t JitObject::section_count() const {
    Elf64_Ehdr header;
    const bool is_object = read(0, header) && std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
                           header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_ident[EI_DATA] == ELFDATA2LSB &&
                           header.e_shentsize == sizeof(Elf64_Shdr);
    return is_object && header.e_shnum <= max_sections ? header.e_shnum : 0;
}

bool JitObject::section(std::uint32_t index, Section& found) const {
    Elf64_Ehdr header;
    Elf64_Shdr& at = found;
    if (!read(0, header) || index >= header.e_shnum || header.e_shoff > bytes_.size()) return false;
    if (!read(header.e_shoff + index * sizeof(Elf64_Shdr), at)) return false;
    return at.sh_type == SHT_NOBITS || (at.sh_offset <= bytes_.size() && at.sh_size <= bytes_.size() - at.sh_offset);
}

bool JitObject::find_table(Table& table) const {
    for (std::uint32_t i = 0, count = section_count(); i < count; ++i)
        if (section(i, table.symbols) && table.symbols.sh_type == SHT_SYMTAB)
            return section(table.symbols.sh_link, table.strings) && table.strings.sh_type == SHT_STRTAB;
    return false;
}

const char* JitObject::text(const Section& strings, std::uint64_t offset, std::uint32_t& bytes) const {
    if (offset >= strings.sh_size) return nullptr;
    const auto* text = reinterpret_cast<const char*>(bytes_.data()) + strings.sh_offset + offset;
    const std::uint64_t rest = strings.sh_size - offset;
    bytes = static_cast<std::uint32_t>(strnlen(text, rest < max_name_bytes ? rest : max_name_bytes));
    return text;
}

// Calls visit(address, bytes, name, name bytes) for each function with code in memory, max_functions at most.
template <class Visit>
void JitObject::each_function(Visit visit) const {
    Table table;
    Elf64_Ehdr header;
    if (!find_table(table) || !read(0, header)) return;
    std::uint32_t count = 0;
    for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= table.symbols.sh_size && count < max_functions;
         at += sizeof(Elf64_Sym)) {
        Elf64_Sym symbol;
        Section code;
        std::uint32_t name_bytes = 0;
        if (!read(table.symbols.sh_offset + at, symbol) || ELF64_ST_TYPE(symbol.st_info) != STT_FUNC) continue;
        if (symbol.st_size == 0 || symbol.st_size > UINT32_MAX || !section(symbol.st_shndx, code)) continue;
        if (code.sh_addr == 0 || (code.sh_flags & SHF_EXECINSTR) == 0) continue;
        const char* name = text(table.strings, symbol.st_name, name_bytes);
        if (name == nullptr) continue;
        ++count;
        visit(symbol.st_value + (header.e_type == ET_REL ? code.sh_addr : 0), symbol.st_size, name, name_bytes);
    }
}

JitObject::Sums JitObject::sums() const {
    Sums sums;
    each_function([&](std::uint64_t address, std::uint64_t bytes, const char*, std::uint32_t name_bytes) {
        ++sums.functions;
        sums.name_bytes += name_bytes;
        if (address < sums.begin) sums.begin = address;
        if (address + bytes > sums.end) sums.end = address + bytes;
    });
    return sums;
}

std::uint32_t JitObject::record_bytes() const {
    const Sums sums = this->sums();
    Section lines{};
    std::uint32_t index = 0;
    if (sums.functions == 0 || sums.end <= sums.begin || sums.end - sums.begin > UINT32_MAX) return 0;
    const std::uint64_t bytes = sizeof(wire::JitRecord) + sums.functions * sizeof(wire::JitFunction) + sums.name_bytes +
                                (find_lines(lines, index) ? lines.sh_size : 0);
    return bytes > max_record_bytes ? 0 : round_up(static_cast<std::uint32_t>(bytes));
}

void JitObject::write(wire::JitRecord& record) const {
    const Sums sums = this->sums();
    Section lines{};
    std::uint32_t index = 0;
    record.function_count = sums.functions;
    record.begin = sums.begin;
    record.end = sums.end;
    record.name_bytes = static_cast<std::uint32_t>(sums.name_bytes);
    record.line_bytes = find_lines(lines, index) ? static_cast<std::uint32_t>(lines.sh_size) : 0;
    auto* function = reinterpret_cast<wire::JitFunction*>(&record + 1);
    auto* names = reinterpret_cast<char*>(function + sums.functions);
    each_function([&](std::uint64_t address, std::uint64_t bytes, const char* name, std::uint32_t name_bytes) {
        *function++ = {static_cast<std::uint32_t>(address - sums.begin), static_cast<std::uint32_t>(bytes), name_bytes,
                       0};
        std::memcpy(names, name, name_bytes);
        names += name_bytes;
    });
    if (record.line_bytes != 0) copy_lines(sums.begin, reinterpret_cast<std::byte*>(names));
}

bool JitObject::find_lines(Section& lines, std::uint32_t& index) const {
    Elf64_Ehdr header;
    Section names;
    if (!read(0, header) || !section(header.e_shstrndx, names) || names.sh_type != SHT_STRTAB) return false;
    for (std::uint32_t count = section_count(); index < count; ++index) {
        std::uint32_t name_bytes = 0;
        if (!section(index, lines) || lines.sh_type != SHT_PROGBITS || lines.sh_size > max_record_bytes) continue;
        const char* name = text(names, lines.sh_name, name_bytes);
        if (name != nullptr && name_bytes == 11 && std::memcmp(name, ".debug_line", 11) == 0) return true;
    }
    return false;
}

void JitObject::copy_lines(std::uint64_t begin, std::byte* into) const {
    Section lines{};
    std::uint32_t index = 0;
    if (!find_lines(lines, index)) return;
    std::memcpy(into, bytes_.data() + lines.sh_offset, lines.sh_size);
    for (std::uint32_t i = 0, count = section_count(); i < count; ++i) {
        Section relocations;
        if (section(i, relocations) && relocations.sh_type == SHT_RELA && relocations.sh_info == index)
            relocate(relocations, begin, into, lines.sh_size);
    }
}

// Addresses count from `begin` afterwards.
void JitObject::relocate(const Section& relocations, std::uint64_t begin, std::byte* lines,
                         std::uint64_t line_bytes) const {
    Table table;
    if (!find_table(table)) return;
    for (std::uint64_t at = 0; at + sizeof(Elf64_Rela) <= relocations.sh_size; at += sizeof(Elf64_Rela)) {
        Elf64_Rela entry;
        Elf64_Sym symbol;
        Section code;
        if (!read(relocations.sh_offset + at, entry) || ELF64_R_TYPE(entry.r_info) != R_X86_64_64) continue;
        const std::uint64_t symbol_at = ELF64_R_SYM(entry.r_info) * sizeof symbol;
        if (symbol_at >= table.symbols.sh_size || !read(table.symbols.sh_offset + symbol_at, symbol)) continue;
        if (!section(symbol.st_shndx, code) || line_bytes < 8 || entry.r_offset > line_bytes - 8) continue;
        const std::uint64_t value = code.sh_addr + symbol.st_value + static_cast<std::uint64_t>(entry.r_addend) - begin;
        std::memcpy(lines + entry.r_offset, &value, sizeof value);
    }
}

}  // namespace pyprof::discover
