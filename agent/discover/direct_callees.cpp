#include "agent/discover/direct_callees.h"

#include <algorithm>
#include <cstring>

namespace pyprof::discover {
namespace {

constexpr unsigned char call = 0xe8;
constexpr std::size_t call_bytes = 5;

std::uint64_t target_of(const unsigned char* instruction, std::uint64_t address) {
    std::int32_t distance = 0;
    std::memcpy(&distance, instruction + 1, sizeof distance);
    return address + call_bytes + static_cast<std::uint64_t>(std::int64_t{distance});
}

}  // namespace

void find_direct_callees(std::span<const unsigned char> code, std::uint64_t address, cpython::CodeRange within,
                         std::span<std::uint64_t> callees) {
    std::ranges::fill(callees, 0);
    std::size_t count = 0;
    for (std::size_t i = 0; i + call_bytes <= code.size() && count < callees.size(); ++i) {
        if (code[i] != call) continue;
        const std::uint64_t target = target_of(code.data() + i, address + i);
        if (within.holds(target) && std::ranges::find(callees, target) == callees.end()) callees[count++] = target;
    }
}

}  // namespace pyprof::discover
