#include "agent/mpi/symbols.h"

#include <algorithm>
#include <dlfcn.h>
#include <link.h>
#include <string>
#include <vector>

namespace pyprof::mpi {
namespace {

int add_name(dl_phdr_info* info, std::size_t, void* names) {
    if (info->dlpi_name != nullptr && info->dlpi_name[0] != '\0') {
        static_cast<std::vector<std::string>*>(names)->emplace_back(info->dlpi_name);
    }
    return 0;
}

bool looks_like_mpi(const std::string& path) { return path.find("/libmpi") != std::string::npos; }

// Asking an object asks its dependencies too, so MPI libraries go first: fewer questions.
std::vector<std::string> loaded_objects() {
    std::vector<std::string> names;
    dl_iterate_phdr(add_name, &names);  // dlopen inside it could deadlock: names first
    std::stable_partition(names.begin(), names.end(), looks_like_mpi);
    return names;
}

bool is_ours(void* symbol) {
    Dl_info theirs{};
    Dl_info ours{};
    return dladdr(symbol, &theirs) != 0 && dladdr(reinterpret_cast<void*>(&find_symbol), &ours) != 0 &&
           theirs.dli_fbase == ours.dli_fbase;
}

}  // namespace

void* find_symbol(const char* name) {
    if (void* symbol = dlsym(RTLD_NEXT, name)) return symbol;
    for (const auto& object : loaded_objects()) {
        void* handle = dlopen(object.c_str(), RTLD_LAZY | RTLD_NOLOAD);
        if (handle == nullptr) continue;
        void* symbol = dlsym(handle, name);
        dlclose(handle);
        if (symbol != nullptr && !is_ours(symbol)) return symbol;
    }
    return nullptr;
}

void* find_object(const char* name) {
    void* symbol = dlsym(RTLD_DEFAULT, name);
    return symbol != nullptr ? symbol : find_symbol(name);
}

void* find_below(const char* name, const char* profiling_name) {
    if (void* symbol = dlsym(RTLD_NEXT, name)) return symbol;
    if (void* symbol = find_symbol(profiling_name)) return symbol;
    return find_symbol(name);  // libraries differ in how they spell the profiling names of mpi_f08
}

void* find_below_for_ever(const char* name, const char* profiling_name) {
    void* symbol = find_below(name, profiling_name);
    Dl_info object{};
    if (symbol != nullptr && dladdr(symbol, &object) != 0 && object.dli_fname != nullptr)
        dlopen(object.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
    return symbol;
}

}  // namespace pyprof::mpi
