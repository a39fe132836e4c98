#include "agent/capture/dl_find.h"

#include <atomic>

#include "agent/capture/elf_image.h"
#include "agent/capture/object_table.h"

#ifndef PYPROF_OWN_OBJECT_TABLE
#define PYPROF_OWN_OBJECT_TABLE 0  // 1: a test build, which never asks glibc
#endif

namespace pyprof::capture {
namespace {

// struct dl_find_object of glibc's <dlfcn.h> on x86-64, which headers older than 2.35 lack.
struct DlFindObject {
    unsigned long long flags;
    void* map_start;
    void* map_end;
    link_map* map;
    void* eh_frame;
    unsigned long long reserved[7];
};
using DlFindObjectFunction = int (*)(void*, DlFindObject*);

// What set-up looks for in the loaded objects.
struct Loader {
    std::uint64_t function = 0;  // _dl_find_object
    std::uint64_t debug = 0;     // _r_debug
    ElfImage program;            // the first object
};

// Of the program glibc names one segment where there are holes between them.
struct Program {
    std::uint64_t bias = 0;
    MemoryRange range;  // all segments
};

constinit std::atomic<DlFindObjectFunction> dl_find_object{nullptr};
constinit Program program;
constinit ObjectTable own_table;

int look_into_object(dl_phdr_info* object, std::size_t, void* data) {
    Loader& loader = *static_cast<Loader*>(data);
    const ElfImage image{object->dlpi_addr, object->dlpi_phdr, object->dlpi_phnum};
    if (loader.program.begin() == nullptr) loader.program = image;
    if (loader.function == 0) loader.function = find_export(image, "_dl_find_object");
    if (loader.debug == 0) loader.debug = find_export(image, "_r_debug");
    return 0;
}

MemoryRange range_of(const ElfImage& image) {
    MemoryRange range;
    for (const Elf64_Phdr& header : image) {  // PT_LOAD entries are sorted by address (ELF specification)
        if (header.p_type != PT_LOAD) continue;
        if (range.end == 0) range.begin = image.bias() + (header.p_vaddr & ~(header.p_align - 1));
        range.end = image.bias() + header.p_vaddr + header.p_memsz;
    }
    return range;
}

}  // namespace

bool set_up_object_lookup(ObjectLookup lookup) {
    Loader loader;
    dl_iterate_phdr(look_into_object, &loader);
    program = {loader.program.bias(), range_of(loader.program)};
    if (PYPROF_OWN_OBJECT_TABLE || lookup == ObjectLookup::own_table) loader.function = 0;
    dl_find_object.store(reinterpret_cast<DlFindObjectFunction>(loader.function), std::memory_order_relaxed);
    if (loader.function != 0) return true;
    return loader.debug != 0 && own_table.set_up(reinterpret_cast<const r_debug*>(loader.debug), loader.program);
}

bool can_look_up_objects() { return dl_find_object.load(std::memory_order_relaxed) != nullptr || own_table.is_ready(); }

bool find_object(std::uint64_t address, FoundObject& found) {
    const DlFindObjectFunction function = dl_find_object.load(std::memory_order_relaxed);
    if (function == nullptr) return own_table.find(address, found);
    DlFindObject object;
    if (function(reinterpret_cast<void*>(address), &object) != 0) return false;
    found = {reinterpret_cast<std::uint64_t>(object.map_start), reinterpret_cast<std::uint64_t>(object.map_end),
             reinterpret_cast<std::uint64_t>(object.eh_frame), object.map};
    if (program.range.holds(found.begin, 1) && object.map->l_addr == program.bias) {
        found.begin = program.range.begin;
        found.end = program.range.end;
    }
    return true;
}

void expect_object_change() { own_table.expect_change(); }

void reset_object_lookup() { own_table.reset(); }

}  // namespace pyprof::capture
