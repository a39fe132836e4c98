#pragma once
// Addresses in code of a JIT compiler into functions and lines. Everything in the record is another program's word:
// each offset and count is checked. Not for the signal side.
#include <cstdint>
#include <optional>
#include <vector>

#include "gather/debug_line.h"
#include "gather/tree.h"
#include "wire/decoder.h"

namespace pyprof::gather {

struct JitPlace {
    Code function;
    std::uint32_t line = 0;  // 0 unknown
};

class JitCode {
public:
    // `decoded` must outlive the object.
    explicit JitCode(const wire::DecodedJit& decoded);

    // nullopt outside its functions.
    std::optional<JitPlace> place_of(std::uint64_t address) const;

private:
    const wire::DecodedJit& in_;
    std::vector<std::uint32_t> by_offset_;  // functions
    DebugLine lines_;
};

}  // namespace pyprof::gather
