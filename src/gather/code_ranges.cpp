#include "gather/code_ranges.h"

#include <algorithm>

namespace pyprof::gather {
namespace {

constexpr std::uint64_t user_space_end = 1ULL << 47;

}  // namespace

void CodeRanges::put(std::uint64_t begin, std::uint64_t bytes, std::uint32_t code) {
    if (bytes == 0 || begin >= user_space_end || bytes > user_space_end - begin) return;
    const bool replaced = clear(begin, begin + bytes);
    ranges_[begin] = {begin + bytes, begin, code, replaced};
}

// Takes what is there out; true if there was anything.
bool CodeRanges::clear(std::uint64_t begin, std::uint64_t end) {
    bool any = false;
    auto at = ranges_.lower_bound(begin);
    if (at != ranges_.begin()) {
        const auto before = std::prev(at);
        const Range old = before->second;
        any = old.end > begin;
        before->second.end = std::min(old.end, begin);
        if (old.end > end) ranges_.emplace_hint(at, end, old);
    }
    for (at = ranges_.lower_bound(begin); at != ranges_.end() && at->first < end; at = ranges_.erase(at)) {
        any = true;
        if (at->second.end > end) ranges_.emplace(end, at->second);
    }
    return any;
}

std::optional<CodeRanges::Found> CodeRanges::at(std::uint64_t address) const {
    const auto next = ranges_.upper_bound(address);
    if (next == ranges_.begin()) return std::nullopt;
    const Range& range = std::prev(next)->second;
    if (address >= range.end) return std::nullopt;
    return Found{range.code, address - range.origin, range.replaced};
}

}  // namespace pyprof::gather
