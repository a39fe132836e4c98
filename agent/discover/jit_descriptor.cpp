#include "agent/discover/jit_descriptor.h"

#include <cstring>
#include <elf.h>

#include "agent/capture/elf_image.h"
#include "agent/capture/memory.h"

namespace pyprof::discover {
namespace {

using capture::copy_from_memory;

constexpr std::uint64_t max_searched_bytes = 64u << 20;

struct Descriptor {
    std::uint32_t version;
    std::uint32_t action;  // 0 none, 1 registered, 2 unregistered
    std::uint64_t relevant, first;
};

struct Entry {
    std::uint64_t next, previous, object, bytes;
};

bool may_be_descriptor(const Descriptor& seen) {
    return seen.version == 1 && seen.action <= 2 && seen.relevant != 0 && seen.relevant % 8 == 0 && seen.first != 0 &&
           seen.first % 8 == 0;
}

bool leads_to_object(const Descriptor& descriptor) {
    Entry entry;
    char magic[SELFMAG];
    return copy_from_memory(descriptor.first, &entry, sizeof entry) && entry.previous == 0 &&
           copy_from_memory(entry.object, magic, sizeof magic) && std::memcmp(magic, ELFMAG, SELFMAG) == 0;
}

std::uint64_t search(std::uint64_t begin, std::uint64_t end) {
    Descriptor seen;
    for (std::uint64_t at = (begin + 7) & ~7ULL; at + sizeof seen <= end; at += 8) {
        std::memcpy(&seen, reinterpret_cast<const void*>(at), sizeof seen);
        if (may_be_descriptor(seen) && leads_to_object(seen)) return at;
    }
    return 0;
}

// Data that the program can write; what the loader protects after relocating stands in front of it.
std::uint64_t search_data(const capture::ElfImage& image) {
    std::uint64_t protected_end = 0;
    for (const Elf64_Phdr& segment : image)
        if (segment.p_type == PT_GNU_RELRO) protected_end = image.bias() + segment.p_vaddr + segment.p_memsz;
    for (const Elf64_Phdr& segment : image) {
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) == 0 || segment.p_memsz > max_searched_bytes)
            continue;
        const std::uint64_t begin = image.bias() + segment.p_vaddr, end = begin + segment.p_memsz;
        const bool starts_protected = protected_end > begin && protected_end <= end;
        const std::uint64_t found = search(starts_protected ? protected_end : begin, end);
        if (found != 0) return found;
    }
    return 0;
}

}  // namespace

std::uint64_t find_jit_descriptor(const capture::FoundObject& library) {
    const auto image = capture::ElfImage::at(library.begin, library.end, library.map->l_addr);
    const std::uint64_t exported = capture::find_export(image, "__jit_debug_descriptor");
    return exported != 0 ? exported : search_data(image);
}

bool first_jit_entry(std::uint64_t descriptor, JitEntry& entry) {
    Descriptor seen;
    return copy_from_memory(descriptor, &seen, sizeof seen) && seen.version == 1 && jit_entry_at(seen.first, entry);
}

bool jit_entry_at(std::uint64_t address, JitEntry& entry) {
    Entry seen;
    if (address == 0 || !copy_from_memory(address, &seen, sizeof seen)) return false;
    entry = {address, seen.next, seen.object, seen.bytes};
    return true;
}

}  // namespace pyprof::discover
