#pragma once
// A pointer in thread-local storage, read for the calling thread without the dynamic linker: its accessor allocates at
// a thread's first use of a library that came by dlopen. Async-signal-safe; plain data.
//
// x86-64 ABI, "ELF Handling For Thread-Local Storage" (Drepper): %fs:0 holds the thread pointer, %fs:8 the dynamic
// thread vector. Its layout is glibc's sysdeps/generic/dl-dtv.h: entries of 16 bytes of which the first word is the
// block of a module or all ones, the first word of entry -1 the number of entries.
#include <cstdint>

namespace pyprof::cpython {

struct ThreadLocal {
    enum class Place : std::uint8_t {
        none,
        thread_pointer,  // at a distance from the thread pointer that is the same in every thread
        module_block,    // in the block of a loaded object, which a thread may not have yet
    } place = Place::none;
    std::uint64_t module = 0;  // Place::module_block: number of the object
    std::int64_t offset = 0;   // from the thread pointer or from the start of the block

    // The variable's value in the calling thread; 0 if it never used it.
    std::uint64_t load() const;
};

}  // namespace pyprof::cpython
