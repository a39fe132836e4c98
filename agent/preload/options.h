#pragma once
// What the launcher asked for, read from the environment once. docs/formats/files.md names the variables.
#include <cstdint>
#include <optional>

#include "wire/recording.h"

namespace pyprof::preload {

struct Options {
    bool active = false;  // PYPROF_ACTIVE=1 and not a privileged (secure-exec) program
    bool children = true;
    bool native = true;
    bool wall = false;  // time off the CPU as well
    int command_pid = 0;
    std::uint32_t rate_hz = 0;           // 0: the engine's default
    std::optional<wire::Engine> engine;  // nothing: chosen by rate
    std::uint64_t memory_cap = 16u << 20;
    const char* counters = "";  // events, with commas between them
};

// Never fails: a value that makes no sense leaves the default (the launcher has refused it before).
Options options_from_environment();

// "16M" → 16777216; `fallback` for anything that is not a number with an optional K, M or G, or below 256 KiB.
std::uint64_t size_or(const char* text, std::uint64_t fallback);

}  // namespace pyprof::preload
