// Any bytes as a file of cProfile.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "tracers/cprofile.h"

using namespace pyprof;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto statistics = tracers::read_cprofile(std::as_bytes(std::span{data, size}));
    if (!statistics) {
        PYPROF_CHECK(!statistics.error().message().empty());
        return 0;
    }
    std::size_t callers = 0;
    for (const tracers::CountedFunction& function : statistics->functions) {
        PYPROF_CHECK(function.counts.self_s >= 0 && std::isfinite(function.counts.total_s));
        callers += function.callers.size();
        for (const tracers::CallerCounts& caller : function.callers)
            PYPROF_CHECK(caller.caller < statistics->functions.size());
    }
    PYPROF_CHECK(statistics->functions.size() <= size && callers <= size);
    return 0;
}
