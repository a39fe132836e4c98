#pragma once
// The file of the main program. It is /proc/self/exe, except where the dynamic loader was started as a program with the
// main program's name as its argument: then that is the loader. Not for signal handlers.
#include <cstddef>
#include <cstdint>

namespace pyprof::discover {

// Writes the path with a terminating NUL; nothing is written if it is not known or does not fit.
void find_program_path(char* into, std::size_t capacity);

// The path in the line of /proc/PID/maps whose mapping holds `address`; false if there is none, or it does not fit.
bool find_mapped_path(const char* maps, std::uint64_t address, char* into, std::size_t capacity);

}  // namespace pyprof::discover
