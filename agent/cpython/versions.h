#pragma once
// The versions of CPython whose frames can be read. The one place besides their own files that lists them.
#include "agent/cpython/layout.h"

namespace pyprof::cpython {

extern const PythonLayout python_3_11;
extern const PythonLayout python_3_12;
extern const PythonLayout python_3_13;
extern const DebugOffsetTable debug_offsets_3_13;

struct SupportedVersion {
    const PythonLayout* layout;
    const DebugOffsetTable* debug_offsets;  // nullptr: the version publishes none
};

inline constexpr std::uint32_t first_supported_minor = 11;
inline constexpr std::uint32_t last_supported_minor = 13;

// nullptr if frames of this build of CPython 3 cannot be read.
const SupportedVersion* find_version(std::uint32_t minor, bool free_threaded);

}  // namespace pyprof::cpython
