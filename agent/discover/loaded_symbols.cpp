// The hash tables of dynamic symbols: System V gABI "Hash Table" for DT_HASH, the DT_GNU_HASH layout of binutils and
// glibc's elf/dl-lookup.c (words: bucket count, index of the first hashed symbol, bloom words, bloom shift; then the
// 64-bit bloom words, the buckets, and one word per hashed symbol whose low bit ends its chain).
#include "agent/discover/loaded_symbols.h"

#include <cstring>
#include <elf.h>
#include <link.h>

namespace pyprof::discover {
namespace {

struct Search {
    const char* name;
    std::uint32_t gnu_hash;
    AcceptSymbol accept;
    void* context;
    LoadedRange found;
};

std::uint32_t gnu_hash_of(const char* name) {
    std::uint32_t hash = 5381;
    for (; *name != '\0'; ++name) hash = hash * 33 + static_cast<unsigned char>(*name);
    return hash;
}

// The dynamic section of one object, with addresses as the process sees them.
class DynamicSymbols {
public:
    explicit DynamicSymbols(const dl_phdr_info& object) : base_{object.dlpi_addr} {
        const auto* const headers = object.dlpi_phdr;
        for (int i = 0; i < object.dlpi_phnum; ++i)
            if (headers[i].p_type == PT_DYNAMIC)
                read_section(reinterpret_cast<const ElfW(Dyn)*>(base_ + headers[i].p_vaddr));
    }

    // Calls visit(address, bytes) for every definition of the name until it returns true.
    template <class Visit>
    bool each(const char* name, std::uint32_t hash, Visit visit) const {
        if (symbols_ == nullptr || strings_ == nullptr) return false;
        const auto matches = [&](std::uint32_t index) {
            const ElfW(Sym)& symbol = symbols_[index];
            return symbol.st_shndx != SHN_UNDEF && ELF64_ST_TYPE(symbol.st_info) != STT_TLS &&
                   std::strcmp(strings_ + symbol.st_name, name) == 0 && visit(base_ + symbol.st_value, symbol.st_size);
        };
        if (gnu_ != nullptr) return each_gnu(hash, matches);
        return system_v_ != nullptr && each_system_v(matches);
    }

private:
    void read_section(const ElfW(Dyn) * entry) {
        for (; entry->d_tag != DT_NULL; ++entry) {
            // glibc relocates these addresses in place, except in read-only sections such as the vDSO's.
            const ElfW(Addr) value = entry->d_un.d_ptr;
            const ElfW(Addr) address = value < base_ ? base_ + value : value;
            if (entry->d_tag == DT_SYMTAB) symbols_ = reinterpret_cast<const ElfW(Sym)*>(address);
            if (entry->d_tag == DT_STRTAB) strings_ = reinterpret_cast<const char*>(address);
            if (entry->d_tag == DT_GNU_HASH) gnu_ = reinterpret_cast<const std::uint32_t*>(address);
            if (entry->d_tag == DT_HASH) system_v_ = reinterpret_cast<const std::uint32_t*>(address);
        }
    }

    template <class Matches>
    bool each_gnu(std::uint32_t hash, Matches matches) const {
        const std::uint32_t buckets = gnu_[0], first = gnu_[1], bloom_words = gnu_[2], shift = gnu_[3];
        if (buckets == 0 || bloom_words == 0) return false;
        const auto* const bloom = reinterpret_cast<const std::uint64_t*>(gnu_ + 4);
        const std::uint64_t wanted = 1ULL << hash % 64 | 1ULL << (hash >> shift) % 64;
        if ((bloom[hash / 64 % bloom_words] & wanted) != wanted) return false;
        const auto* const bucket = reinterpret_cast<const std::uint32_t*>(bloom + bloom_words);
        const std::uint32_t* const chain = bucket + buckets;
        std::uint32_t index = bucket[hash % buckets];
        if (index < first) return false;
        for (;; ++index) {
            const std::uint32_t entry = chain[index - first];
            if ((entry | 1) == (hash | 1) && matches(index)) return true;
            if ((entry & 1) != 0) return false;
        }
    }

    template <class Matches>
    bool each_system_v(Matches matches) const {
        const std::uint32_t symbol_count = system_v_[1];
        for (std::uint32_t index = 0; index < symbol_count; ++index)
            if (matches(index)) return true;
        return false;
    }

    ElfW(Addr) base_;
    const ElfW(Sym) * symbols_ = nullptr;
    const char* strings_ = nullptr;
    const std::uint32_t* gnu_ = nullptr;
    const std::uint32_t* system_v_ = nullptr;
};

int visit_object(dl_phdr_info* object, std::size_t, void* data) {
    Search& search = *static_cast<Search*>(data);
    return DynamicSymbols{*object}.each(search.name, search.gnu_hash,
                                        [&search](std::uint64_t address, std::uint64_t bytes) {
                                            if (search.accept != nullptr && !search.accept(address, search.context))
                                                return false;
                                            search.found = {address, address + bytes};
                                            return true;
                                        });
}

struct RangeSearch {
    std::uint64_t address;
    LoadedRange found;
};

int visit_range(dl_phdr_info* object, std::size_t, void* data) {
    RangeSearch& search = *static_cast<RangeSearch*>(data);
    LoadedRange range{~0ULL, 0};
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const auto& header = object->dlpi_phdr[i];
        if (header.p_type != PT_LOAD) continue;
        const std::uint64_t begin = object->dlpi_addr + header.p_vaddr;
        range.begin = begin < range.begin ? begin : range.begin;
        range.end = begin + header.p_memsz > range.end ? begin + header.p_memsz : range.end;
    }
    if (search.address < range.begin || search.address >= range.end) return 0;
    search.found = range;
    return 1;
}

}  // namespace

LoadedRange find_loaded_range(std::uint64_t address) {
    RangeSearch search{.address = address, .found = {0, 0}};
    dl_iterate_phdr(visit_range, &search);
    return search.found;
}

namespace {

LoadedRange find(const char* name, AcceptSymbol accept, void* context) {
    Search search{.name = name, .gnu_hash = gnu_hash_of(name), .accept = accept, .context = context, .found = {0, 0}};
    dl_iterate_phdr(visit_object, &search);
    return search.found;
}

}  // namespace

std::uint64_t find_loaded_symbol(const char* name, AcceptSymbol accept, void* context) {
    return find(name, accept, context).begin;
}

LoadedRange find_loaded_extent(const char* name) { return find(name, nullptr, nullptr); }

}  // namespace pyprof::discover
