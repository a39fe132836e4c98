// Any bytes as a line table of each kind: byte 0 is the kind, 1 to 4 the first line, the rest the table.
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

#include "base/check.h"
#include "gather/line_table.h"

using namespace pyprof;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 5) return 0;
    std::int32_t first_line = 0;
    std::memcpy(&first_line, data + 1, sizeof first_line);
    const std::string_view table{reinterpret_cast<const char*>(data) + 5, size - 5};
    const gather::LineTable lines{static_cast<wire::LineTableKind>(data[0]), first_line, 0, table};
    for (const std::int64_t unit : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, static_cast<std::int64_t>(size),
                                    std::numeric_limits<std::int64_t>::max()})
        PYPROF_CHECK(lines.line_of(unit) <= static_cast<std::uint32_t>(std::numeric_limits<std::int32_t>::max()));
    return 0;
}
