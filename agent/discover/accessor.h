#pragma once
// Which thread-local pointer a function gives, from its machine code: where an interpreter keeps the thread state of
// the calling thread in a variable without a name, its exported accessor knows the place. Not for signal handlers.
//
// Understood are the forms that compilers and linkers make of `return variable;` on x86-64 ("ELF Handling For
// Thread-Local Storage", Drepper, sections 4.1.6, 4.2.6 and 4.4.6): at a constant distance from %fs, at a distance that
// the loader stores, and by a call of __tls_get_addr.
#include <cstdint>
#include <span>

#include "agent/cpython/thread_local.h"

namespace pyprof::discover {

// How many bytes of an accessor are looked at; they must be readable.
inline constexpr std::size_t accessor_bytes = 64;

// Place::none if the code is of no such form. `code` lies where it runs: what it names relative to itself is read.
cpython::ThreadLocal decode_accessor(std::span<const unsigned char> code);

}  // namespace pyprof::discover
