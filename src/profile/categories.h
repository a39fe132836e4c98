#pragma once
// What a thread was doing, in the words of report --json: one category for every context, so that the categories of all
// values sum to the total.
#include <array>
#include <cstdint>
#include <vector>

#include "profile/profile.h"

namespace pyprof::profile {

enum class Category : std::uint8_t { python, native, mpi, io, gil, gc, import, idle, other };
inline constexpr std::size_t category_count = 9;
inline constexpr std::array<const char*, category_count> category_names = {"python", "native", "mpi",  "io",   "gil",
                                                                           "gc",     "import", "idle", "other"};

// What a thread waits for off the CPU, as innermost frames of domain os: the interpreter's lock, another lock or
// condition, input or output, the clock, a child process, anything else in the kernel.
inline constexpr std::array<const char*, 6> wait_names = {"[waits for GIL]", "[waits for lock]",    "[waits for I/O]",
                                                          "[sleeps]",        "[waits for process]", "[waits]"};

// The frame between the Python frame during which CPython's cycle collector began and the collector's own work.
inline constexpr const char* garbage_collection_name = "[garbage collection]";

// Whether a run in this mode can see the category at all; one it cannot see has no figure, not the figure 0.
bool is_measured(Category category, const Run& run);

// Below the innermost Python frame (or the root): MPI if a frame is MPI's, else what the thread waits for (locks, the
// clock and processes are idle), else garbage collection if a frame is the
// collector's; else python where only interpreter machinery is above that frame, native where anything else is. Stacks
// without frames are other.
std::vector<Category> activities(const Profile& profile);

// The same, but python and native below an import statement (CPython's importlib._bootstrap) are import.
std::vector<Category> categories(const Profile& profile);

// Whether the function stands for the cycle collector, or is its own by its name in CPython (Modules/gcmodule.c,
// Python/gc.c).
bool is_garbage_collector(const Function& function);

}  // namespace pyprof::profile
