#include "agent/cpython/versions.h"

namespace pyprof::cpython {
namespace {

constexpr SupportedVersion versions[] = {
    {.layout = &python_3_8, .debug_offsets = nullptr},
    {.layout = &python_3_9, .debug_offsets = nullptr},
    {.layout = &python_3_10, .debug_offsets = nullptr},
    {.layout = &python_3_11, .debug_offsets = nullptr},
    {.layout = &python_3_12, .debug_offsets = nullptr},
    {.layout = &python_3_13, .debug_offsets = &debug_offsets_3_13},
    {.layout = &python_3_13t, .debug_offsets = &debug_offsets_3_13},
    {.layout = &python_3_14, .debug_offsets = &debug_offsets_3_14},
    {.layout = &python_3_14t, .debug_offsets = &debug_offsets_3_14},
    {.layout = &python_3_15, .debug_offsets = &debug_offsets_3_15},
    {.layout = &python_3_15t, .debug_offsets = &debug_offsets_3_15},
};

}  // namespace

std::span<const SupportedVersion> supported_versions() { return versions; }

const SupportedVersion* find_version(std::uint32_t minor, bool free_threaded) {
    for (const SupportedVersion& each : versions) {
        const PythonLayout::Version& version = each.layout->version;
        if (version.minor == minor && version.free_threaded == free_threaded) return &each;
    }
    return nullptr;
}

}  // namespace pyprof::cpython
