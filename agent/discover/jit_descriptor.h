#pragma once
// The list in which JIT compilers show their code to debuggers: `__jit_debug_descriptor` of GDB's JIT compilation
// interface (GDB manual, "JIT Compilation Interface"; LLVM GDBRegistrationListener.cpp, CPython Python/jit_unwind.c).
//
// Nothing is called and no lock of the compiler is taken. Other threads may change the list meanwhile, so the kernel
// copies what is read and a bad pointer gives nothing. Outside handlers.
#include <cstdint>

#include "agent/capture/dl_find.h"

namespace pyprof::discover {

// An object in memory.
struct JitEntry {
    std::uint64_t address = 0;  // of the list's entry
    std::uint64_t next = 0;
    std::uint64_t object = 0, bytes = 0;
};

// Address of the descriptor in the object: the exported one, else what looks like one that leads to an object, because
// a library that contains its compiler keeps the symbol for itself. 0: none, or none with an entry yet.
std::uint64_t find_jit_descriptor(const capture::FoundObject& library);

// The newest entry; false if there is none.
bool first_jit_entry(std::uint64_t descriptor, JitEntry& entry);
bool jit_entry_at(std::uint64_t address, JitEntry& entry);

}  // namespace pyprof::discover
