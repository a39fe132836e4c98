// Any bytes as a file of line_profiler.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "tracers/line_profiler.h"

using namespace pyprof;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto statistics = tracers::read_line_profiler(std::as_bytes(std::span{data, size}));
    if (!statistics) {
        PYPROF_CHECK(!statistics.error().message().empty());
        return 0;
    }
    std::size_t lines = 0;
    for (const tracers::LineFunction& function : statistics->functions) {
        lines += function.lines.size();
        for (const tracers::LineCounts& line : function.lines) PYPROF_CHECK(line.time_s >= 0);
    }
    PYPROF_CHECK(lines <= size);
    return 0;
}
