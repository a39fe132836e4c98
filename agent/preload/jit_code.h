#pragma once
// Notices code that JIT compilers make: a hook calls in when memory has become executable. Outside handlers; any
// thread, also with the compiler's locks held, so nothing here waits, allocates from the program's heap or takes a
// lock.
#include <cstdint>

namespace pyprof::preload {

// `caller`: an address in the library that made memory executable. What it shows to debuggers is read, its newest code
// first, up to what is known.
void code_was_made(std::uint64_t caller);

// In a forked child, where nobody else can be at work here any more.
void jit_code_after_fork();

}  // namespace pyprof::preload
