#include "agent/preload/options.h"

#include <stdlib.h>
#include <sys/auxv.h>

#include "agent/discover/text.h"

namespace pyprof::preload {
namespace {

using discover::number_or;

constexpr std::uint64_t smallest_cap = 256u << 10;
constexpr std::uint64_t largest_cap = 2ULL << 30;  // chunk offsets have 32 bits
constexpr std::int64_t highest_rate = 10'000;

bool is_off(const char* name) {
    const char* value = getenv(name);
    return value != nullptr && discover::equal(value, "0");
}

std::optional<wire::Engine> engine_from(const char* name) {
    if (name == nullptr) return std::nullopt;
    if (discover::equal(name, "cpu")) return wire::Engine::cpu;
    if (discover::equal(name, "perf")) return wire::Engine::perf;
    if (discover::equal(name, "tgkill")) return wire::Engine::tgkill;
    return std::nullopt;
}

}  // namespace

std::uint64_t size_or(const char* text, std::uint64_t fallback) {
    if (text == nullptr || number_or(text, -1) < 0) return fallback;
    auto value = static_cast<std::uint64_t>(number_or(text, 0));
    while (*text >= '0' && *text <= '9') ++text;
    switch (*text) {
        case 'K':
        case 'k':
            value <<= 10;
            break;
        case 'M':
        case 'm':
            value <<= 20;
            break;
        case 'G':
        case 'g':
            value <<= 30;
            break;
        default:
            break;
    }
    if (value < smallest_cap) return fallback;
    return value < largest_cap ? value : largest_cap;
}

Options options_from_environment() {
    Options options;
    const char* active = getenv("PYPROF_ACTIVE");
    options.active = active != nullptr && discover::equal(active, "1") && getauxval(AT_SECURE) == 0;
    if (!options.active) return options;
    options.children = !is_off("PYPROF_CHILDREN");
    options.native = !is_off("PYPROF_NATIVE");
    options.command_pid = static_cast<int>(number_or(getenv("PYPROF_COMMAND_PID"), 0));
    const std::int64_t rate = number_or(getenv("PYPROF_RATE"), 0);
    options.rate_hz = static_cast<std::uint32_t>(rate < highest_rate ? rate : highest_rate);
    const char* mode = getenv("PYPROF_MODE");
    options.wall = mode != nullptr && discover::equal(mode, "wall");
    if (const char* counters = getenv("PYPROF_COUNTERS")) options.counters = counters;
    options.engine = engine_from(getenv("PYPROF_ENGINE"));
    options.memory_cap = size_or(getenv("PYPROF_MAX_MEMORY"), options.memory_cap);
    return options;
}

}  // namespace pyprof::preload
