#include "agent/cpython/debug_offsets.h"

#include <cstring>

namespace pyprof::cpython {
namespace {

constexpr char cookie[] = {'x', 'd', 'e', 'b', 'u', 'g', 'p', 'y'};
constexpr std::uint64_t largest_structure = 1 << 20;  // the interpreter state, some 220 KiB, is the largest so far

std::uint64_t word(std::span<const unsigned char> memory, std::size_t at) {
    std::uint64_t value = 0;
    std::memcpy(&value, memory.data() + at, sizeof value);
    return value;
}

bool plausible(std::uint64_t structure_bytes, std::uint64_t offset, std::uint64_t width) {
    return structure_bytes <= largest_structure && structure_bytes >= width && offset <= structure_bytes - width &&
           offset % width == 0;
}

}  // namespace

DebugOffsetsHeader read_debug_offsets_header(std::span<const unsigned char> memory) {
    if (memory.size() < debug_offsets_header_bytes || std::memcmp(memory.data(), cookie, sizeof cookie) != 0) return {};
    return {.present = true,
            .version = static_cast<std::uint32_t>(word(memory, 8)),
            .free_threaded = word(memory, 16) != 0};
}

DebugOffsetsResult apply_debug_offsets(std::span<const unsigned char> memory, const DebugOffsetTable& table,
                                       PythonLayout& layout) {
    if (memory.size() < table.bytes) return DebugOffsetsResult::invalid;
    PythonLayout stated = layout;
    bool differs = false;
    for (const DebugOffset& each : table.figures) {
        Offset figure = 0;
        unsigned char* const place = reinterpret_cast<unsigned char*>(&stated) + each.figure;
        std::memcpy(&figure, place, sizeof figure);
        if (figure == absent) continue;  // a field that this kind of build does not have
        const std::uint64_t value = word(memory, each.at);
        if (!plausible(word(memory, each.section), value, each.width)) return DebugOffsetsResult::invalid;
        if (figure == value) continue;
        differs = true;
        figure = static_cast<Offset>(value);
        std::memcpy(place, &figure, sizeof figure);
    }
    layout = stated;
    return differs ? DebugOffsetsResult::differs : DebugOffsetsResult::agrees;
}

}  // namespace pyprof::cpython
