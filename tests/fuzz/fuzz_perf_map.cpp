// Any bytes as a perf map, and as the line table of a JIT compiler.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "gather/debug_line.h"
#include "gather/perf_map.h"

using namespace pyprof;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const gather::PerfMap map{text};
    const gather::DebugLine lines{text};
    for (std::uint64_t address = 0; address < 4096; address += 7) {
        PYPROF_CHECK(map.name_at(address).size() <= size);
        if (const auto* row = lines.row_at(address)) PYPROF_CHECK(lines.file(*row).size() <= 2 * size + 1);
    }
    return 0;
}
