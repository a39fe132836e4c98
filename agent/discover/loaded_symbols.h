#pragma once
// Symbols of the loaded objects, whatever their scope: dlsym(RTLD_DEFAULT) misses an object opened with RTLD_LOCAL, as
// a host that loads its interpreter as a plug-in does. Not for signal handlers: takes the dynamic linker's lock.
#include <cstdint>

namespace pyprof::discover {

// Whether a definition at this address is the wanted one; `context` is what the caller gave.
using AcceptSymbol = bool (*)(std::uint64_t address, void* context);

// The address of the first exported definition of `name`, in load order, that `accept` likes (every one if it is null).
// 0: none. Load order is also the order in which the dynamic linker resolves, so a copy of a variable in the executable
// comes before the original.
std::uint64_t find_loaded_symbol(const char* name, AcceptSymbol accept = nullptr, void* context = nullptr);

// The bytes of a function or variable: from `begin` as long as its symbol says. {0, 0}: nobody exports it.
struct LoadedRange {
    std::uint64_t begin, end;
};
LoadedRange find_loaded_extent(const char* name);

// The memory of the loaded object that holds `address`, from its first mapped byte to its last; {0, 0}: none does.
LoadedRange find_loaded_range(std::uint64_t address);

}  // namespace pyprof::discover
