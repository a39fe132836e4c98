#include "agent/capture/elf_image.h"

#include <cstring>

#include "agent/capture/memory.h"

namespace pyprof::capture {
namespace {

constexpr std::uint32_t max_segments = 128;
constexpr std::uint32_t max_dynamic_entries = 512;
constexpr std::uint32_t max_chain = 1U << 16;
constexpr std::uint32_t max_note_bytes = 4096;
constexpr std::uint32_t max_build_id_bytes = 64;
constexpr std::uint64_t max_hashed_symbol_bytes = 65536;

std::uint64_t page_floor(std::uint64_t address) { return address & ~(page_size - 1); }
std::uint64_t page_ceiling(std::uint64_t address) { return page_floor(address + page_size - 1); }
std::uint64_t align4(std::uint64_t bytes) { return (bytes + 3) & ~3ULL; }

struct DynamicTables {
    std::uint64_t symbols = 0, strings = 0, gnu_hash = 0;
};

// The loader relocates these pointers in place, except in the vDSO, whose dynamic section is read-only.
std::uint64_t relocated(const ElfImage& image, std::uint64_t value) {
    return image.holds(value, 1) ? value : value + image.bias();
}

DynamicTables find_tables(const ElfImage& image) {
    DynamicTables tables;
    for (const Elf64_Phdr& header : image) {
        if (header.p_type != PT_DYNAMIC) continue;
        Elf64_Dyn entry;
        for (std::uint32_t i = 0; i < max_dynamic_entries; ++i) {
            if (!image.read(image.bias() + header.p_vaddr + i * sizeof entry, entry) || entry.d_tag == DT_NULL) break;
            if (entry.d_tag == DT_SYMTAB) tables.symbols = relocated(image, entry.d_un.d_ptr);
            if (entry.d_tag == DT_STRTAB) tables.strings = relocated(image, entry.d_un.d_ptr);
            if (entry.d_tag == DT_GNU_HASH) tables.gnu_hash = relocated(image, entry.d_un.d_ptr);
        }
    }
    return tables;
}

std::uint32_t gnu_hash_of(const char* name) {
    std::uint32_t hash = 5381;
    for (; *name != '\0'; ++name) hash = hash * 33 + static_cast<unsigned char>(*name);
    return hash;
}

// Address of symbol `index` if it is defined and called `name`.
std::uint64_t symbol_address(const ElfImage& image, const DynamicTables& tables, std::uint32_t index,
                             const char* name) {
    Elf64_Sym symbol;
    if (!image.read(tables.symbols + index * sizeof symbol, symbol) || symbol.st_shndx == SHN_UNDEF) return 0;
    const std::uint64_t text = tables.strings + symbol.st_name;
    const std::uint64_t bytes = std::strlen(name) + 1;
    if (!image.holds(text, bytes) || std::memcmp(reinterpret_cast<const void*>(text), name, bytes) != 0) return 0;
    return image.bias() + symbol.st_value;
}

}  // namespace

ElfImage ElfImage::at(std::uint64_t begin, std::uint64_t end, std::uint64_t bias) {
    PageCache pages;
    Elf64_Ehdr header;
    if (end - begin < sizeof header || !capture::read(begin, header, pages)) return {};
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_phentsize != sizeof(Elf64_Phdr)) return {};
    const std::uint64_t bytes = header.e_phnum * sizeof(Elf64_Phdr);
    if (header.e_phnum > max_segments || header.e_phoff > end - begin || bytes > end - begin - header.e_phoff)
        return {};
    if (!readable(begin + header.e_phoff, bytes, pages)) return {};
    return {bias, reinterpret_cast<const Elf64_Phdr*>(begin + header.e_phoff), header.e_phnum};
}

bool ElfImage::holds(std::uint64_t address, std::uint64_t bytes) const {
    for (const Elf64_Phdr& header : *this) {
        if (header.p_type != PT_LOAD || (header.p_flags & PF_R) == 0) continue;
        if (MemoryRange{bias_ + header.p_vaddr, bias_ + header.p_vaddr + header.p_memsz}.holds(address, bytes))
            return true;
    }
    return false;
}

MemoryRange ElfImage::readable_around(std::uint64_t address) const {
    MemoryRange range;
    for (const Elf64_Phdr& header : *this) {  // PT_LOAD entries are sorted by address (ELF specification)
        if (header.p_type != PT_LOAD || (header.p_flags & PF_R) == 0) continue;
        const std::uint64_t begin = bias_ + header.p_vaddr;
        const std::uint64_t end = begin + header.p_memsz;
        if (range.end == 0 || page_floor(begin) > page_ceiling(range.end)) {
            if (range.holds(address, 1)) return range;
            range.begin = begin;
        }
        range.end = end;
    }
    return range.holds(address, 1) ? range : MemoryRange{};
}

MemoryRange ElfImage::code_around(std::uint64_t address) const {
    constexpr Elf64_Word readable_code = PF_R | PF_X;
    for (const Elf64_Phdr& header : *this) {
        if (header.p_type != PT_LOAD || (header.p_flags & readable_code) != readable_code) continue;
        const MemoryRange range{bias_ + header.p_vaddr, bias_ + header.p_vaddr + header.p_memsz};
        if (range.holds(address, 1)) return range;
    }
    return {};
}

// Table layout: glibc elf/dl-lookup.c (do_lookup_x).
std::uint64_t find_export(const ElfImage& image, const char* name) {
    const DynamicTables tables = find_tables(image);
    struct {
        std::uint32_t buckets, first_symbol, filter_words, filter_shift;
    } table;
    if (!image.read(tables.gnu_hash, table) || table.buckets == 0) return 0;
    const std::uint32_t hash = gnu_hash_of(name);
    const std::uint64_t buckets = tables.gnu_hash + sizeof table + table.filter_words * 8ULL;
    const std::uint64_t chains = buckets + table.buckets * 4ULL;
    std::uint32_t index;
    if (!image.read(buckets + hash % table.buckets * 4ULL, index) || index < table.first_symbol) return 0;
    for (std::uint32_t steps = 0; steps < max_chain; ++steps, ++index) {
        std::uint32_t entry;
        if (!image.read(chains + (index - table.first_symbol) * 4ULL, entry)) return 0;
        if ((entry | 1) == (hash | 1)) {
            const std::uint64_t address = symbol_address(image, tables, index, name);
            if (address != 0) return address;
        }
        if ((entry & 1) != 0) return 0;
    }
    return 0;
}

BuildId find_build_id(const ElfImage& image) {
    for (const Elf64_Phdr& header : image) {
        if (header.p_type != PT_NOTE) continue;
        const std::uint64_t begin = image.bias() + header.p_vaddr;
        const std::uint64_t bytes = header.p_memsz < max_note_bytes ? header.p_memsz : max_note_bytes;
        Elf64_Nhdr note;
        for (std::uint64_t at = 0; at + sizeof note <= bytes && image.read(begin + at, note);) {
            const std::uint64_t name = at + sizeof note;
            const std::uint64_t content = name + align4(note.n_namesz);
            if (content + note.n_descsz > bytes || !image.holds(begin + at, content + note.n_descsz - at)) break;
            if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof ELF_NOTE_GNU &&
                note.n_descsz <= max_build_id_bytes &&
                std::memcmp(reinterpret_cast<const void*>(begin + name), ELF_NOTE_GNU, sizeof ELF_NOTE_GNU) == 0)
                return {reinterpret_cast<const unsigned char*>(begin + content), note.n_descsz};
            at = content + align4(note.n_descsz);
        }
    }
    return {};
}

std::uint64_t hash_bytes(const void* bytes, std::uint64_t count, std::uint64_t seed) {
    constexpr std::uint64_t prime = 0x100000001b3;
    const auto* byte = static_cast<const unsigned char*>(bytes);
    for (std::uint64_t i = 0; i < count; ++i) seed = (seed ^ byte[i]) * prime;
    return seed;
}

std::uint64_t hash_identity(const ElfImage& image) {
    const auto headers = static_cast<std::uint64_t>(image.end() - image.begin()) * sizeof(Elf64_Phdr);
    std::uint64_t hash = hash_bytes(image.begin(), headers, hash_seed);
    const DynamicTables tables = find_tables(image);
    if (tables.strings <= tables.symbols) return hash;  // linkers put .dynstr behind .dynsym
    std::uint64_t bytes = tables.strings - tables.symbols;
    if (bytes > max_hashed_symbol_bytes) bytes = max_hashed_symbol_bytes;
    if (!image.holds(tables.symbols, bytes)) return hash;
    return hash_bytes(reinterpret_cast<const void*>(tables.symbols), bytes, hash);
}

}  // namespace pyprof::capture
