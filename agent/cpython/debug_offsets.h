#pragma once
// _Py_DebugOffsets: from 3.13 on an interpreter states its own layout at the start of _PyRuntime
// (Include/internal/pycore_debug_offsets.h, in 3.13 pycore_runtime.h). Not for signal handlers: called once, at
// discovery.
#include <cstdint>
#include <span>

#include "agent/cpython/layout.h"

namespace pyprof::cpython {

inline constexpr std::uint32_t debug_offsets_header_bytes = 24;  // cookie, version, free_threaded

struct DebugOffsetsHeader {
    bool present;           // the cookie is there
    std::uint32_t version;  // PY_VERSION_HEX
    bool free_threaded;
};

// Reads the part that all versions share. `memory` is what _PyRuntime starts with.
DebugOffsetsHeader read_debug_offsets_header(std::span<const unsigned char> memory);

enum class DebugOffsetsResult : std::uint8_t {
    agrees,   // every figure is as in the layout given
    differs,  // some were not; the layout now has the interpreter's
    invalid,  // a figure lies outside its structure or is not aligned: the layout is unchanged
};

// Compares `layout` with what the interpreter states, and takes its figures. `memory` must hold the header and
// `table.bytes` in all, and the header must have been found good.
DebugOffsetsResult apply_debug_offsets(std::span<const unsigned char> memory, const DebugOffsetTable& table,
                                       PythonLayout& layout);

}  // namespace pyprof::cpython
