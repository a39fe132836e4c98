// Any bytes as a gathered tree. Checksums would keep nearly every change from the sections behind them, so each is
// put right first, unless the reserved bytes of the head are used to say otherwise.
#include <cstdint>
#include <cstring>
#include <string>

#include "base/check.h"
#include "base/crc32.h"
#include "gather/bytes.h"
#include "gather/reduce.h"

using namespace pyprof;

namespace {

void put_checksums_right(std::string& bytes) {
    for (std::size_t at = 16; at + 16 <= bytes.size();) {
        std::uint64_t length = 0;
        std::memcpy(&length, bytes.data() + at + 8, sizeof length);
        const std::size_t content = at + 16;
        if (length > bytes.size() - content) return;
        const std::uint32_t crc = crc32(std::as_bytes(std::span{bytes}).subspan(content, length));
        std::memcpy(bytes.data() + at + 4, &crc, sizeof crc);
        at = content + length;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string bytes(reinterpret_cast<const char*>(data), size);
    constexpr std::size_t reserved = 12;  // of the file's head, which no reader looks at
    if (size > reserved && bytes[reserved] == 0) put_checksums_right(bytes);
    auto tree = gather::parse(std::as_bytes(std::span{bytes}));
    if (!tree) return 0;
    gather::canonicalise(*tree);
    const std::string once = gather::serialise(*tree);
    const auto back = gather::parse(std::as_bytes(std::span{once}));
    PYPROF_CHECK(back.has_value());
    PYPROF_CHECK(gather::serialise(*back) == once);
    return 0;
}
