#pragma once
// The versions of CPython whose frames can be read. The one place besides their own files that lists them.
#include <span>

#include "agent/cpython/layout.h"

namespace pyprof::cpython {

extern const PythonLayout python_3_8;
extern const PythonLayout python_3_9;
extern const PythonLayout python_3_10;
extern const PythonLayout python_3_11;
extern const PythonLayout python_3_12;
extern const PythonLayout python_3_13, python_3_13t;  // t: free-threaded
extern const PythonLayout python_3_14, python_3_14t;
extern const PythonLayout python_3_15, python_3_15t;
extern const DebugOffsetTable debug_offsets_3_13;
extern const DebugOffsetTable debug_offsets_3_14;
extern const DebugOffsetTable debug_offsets_3_15;

struct SupportedVersion {
    const PythonLayout* layout;
    const DebugOffsetTable* debug_offsets;  // nullptr: the version publishes none
};

inline constexpr std::uint32_t first_supported_minor = 8;
inline constexpr std::uint32_t last_supported_minor = 15;

// Oldest first, the usual build of each before the free-threaded one.
std::span<const SupportedVersion> supported_versions();

// nullptr if frames of this build of CPython 3 cannot be read.
const SupportedVersion* find_version(std::uint32_t minor, bool free_threaded);

}  // namespace pyprof::cpython
