#pragma once
// Address ranges of code that was made while a program ran, numbered by whoever keeps them: where ranges overlap, the
// one put last is there. Not for the signal side.
#include <cstdint>
#include <map>
#include <optional>

namespace pyprof::gather {

class CodeRanges {
public:
    struct Found {
        std::uint32_t code = 0;
        std::uint64_t offset = 0;  // from the begin with which the code was put
        bool replaced = false;     // other code was here before
    };

    // Ranges that are empty or end beyond user space are passed over.
    void put(std::uint64_t begin, std::uint64_t bytes, std::uint32_t code);

    std::optional<Found> at(std::uint64_t address) const;
    bool empty() const { return ranges_.empty(); }

private:
    struct Range {
        std::uint64_t end = 0;
        std::uint64_t origin = 0;  // begin of the code, which may have lost its first bytes to another
        std::uint32_t code = 0;
        bool replaced = false;
    };
    bool clear(std::uint64_t begin, std::uint64_t end);

    std::map<std::uint64_t, Range> ranges_;  // by begin; none overlaps another
};

}  // namespace pyprof::gather
