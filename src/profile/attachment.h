#pragma once
// How much of its CPU time Python's threads were attached to the interpreter: held its lock (the GIL), or in a
// free-threaded build merely might touch Python's objects. The rest ran native code that had let go of it.
#include <cstdint>
#include <optional>

#include "profile/profile.h"

namespace pyprof::profile {

// Metrics of profiles, parts of "cpu".
inline constexpr const char* gil_held_metric = "gil_held";
inline constexpr const char* attached_metric = "attached";  // of free-threaded builds

struct Attachment {
    bool has_gil = true;
    std::uint64_t cpu_ns = 0;       // of threads that ran Python
    std::uint64_t attached_ns = 0;  // of these, at most all
};

// Nothing where no interpreter was read, or none of its threads used the CPU.
std::optional<Attachment> attachment_of(const Profile& profile);

}  // namespace pyprof::profile
