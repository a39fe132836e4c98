#include "gather/jit_code.h"

#include <algorithm>

namespace pyprof::gather {

JitCode::JitCode(const wire::DecodedJit& decoded) : in_{decoded}, lines_{decoded.lines} {
    for (std::uint32_t i = 0; i < decoded.functions.size(); ++i) by_offset_.push_back(i);
    std::stable_sort(by_offset_.begin(), by_offset_.end(), [&](std::uint32_t a, std::uint32_t b) {
        return decoded.functions[a].offset < decoded.functions[b].offset;
    });
}

std::optional<JitPlace> JitCode::place_of(std::uint64_t address) const {
    if (address < in_.record.begin) return std::nullopt;
    const std::uint64_t offset = address - in_.record.begin;
    const auto next = std::upper_bound(
        by_offset_.begin(), by_offset_.end(), offset,
        [&](std::uint64_t wanted, std::uint32_t function) { return wanted < in_.functions[function].offset; });
    if (next == by_offset_.begin()) return std::nullopt;
    const std::uint32_t found = *(next - 1);
    const wire::JitFunction& function = in_.functions[found];
    if (offset - function.offset >= function.bytes) return std::nullopt;
    JitPlace place;
    place.function.name = in_.names[found];
    if (const DebugLine::Row* first = lines_.row_at(function.offset)) {
        place.function.file = lines_.file(*first);
        place.function.first_line = static_cast<std::int32_t>(first->line);
    }
    if (const DebugLine::Row* row = lines_.row_at(offset)) place.line = row->line;
    return place;
}

}  // namespace pyprof::gather
