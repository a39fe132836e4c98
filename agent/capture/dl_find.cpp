#include "agent/capture/dl_find.h"

#include <atomic>

#include "agent/capture/elf_image.h"

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

constinit std::atomic<DlFindObjectFunction> dl_find_object{nullptr};

int look_for_function(dl_phdr_info* object, std::size_t, void*) {
    const ElfImage image{object->dlpi_addr, object->dlpi_phdr, object->dlpi_phnum};
    const std::uint64_t function = find_export(image, "_dl_find_object");
    if (function == 0) return 0;
    dl_find_object.store(reinterpret_cast<DlFindObjectFunction>(function), std::memory_order_relaxed);
    return 1;
}

}  // namespace

bool set_up_object_lookup() { return dl_iterate_phdr(look_for_function, nullptr) != 0; }

bool can_look_up_objects() { return dl_find_object.load(std::memory_order_relaxed) != nullptr; }

bool find_object(std::uint64_t address, FoundObject& found) {
    const DlFindObjectFunction function = dl_find_object.load(std::memory_order_relaxed);
    DlFindObject object;
    if (function == nullptr || function(reinterpret_cast<void*>(address), &object) != 0) return false;
    found = {reinterpret_cast<std::uint64_t>(object.map_start), reinterpret_cast<std::uint64_t>(object.map_end),
             reinterpret_cast<std::uint64_t>(object.eh_frame), object.map};
    return true;
}

}  // namespace pyprof::capture
