#include "base/crc32.h"

#include <string_view>

#include "tests/support/catch.h"

namespace {

std::uint32_t crc_of(std::string_view text) { return pyprof::crc32(std::as_bytes(std::span{text})); }

// One bit at a time, as ISO 3309 describes it.
std::uint32_t slow_crc_of(std::string_view text) {
    std::uint32_t crc = 0xFFFFFFFF;
    for (const char c : text) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
    }
    return ~crc;
}

}  // namespace

TEST_CASE("crc32 gives the check value of the standard") {
    CHECK(crc_of("123456789") == 0xCBF43926);
    CHECK(crc_of("") == 0);
}

TEST_CASE("crc32 equals the division done bit by bit") {
    std::string text;
    for (int i = 0; i < 300; ++i) {
        text += static_cast<char>(i * 37 + i / 7);
        REQUIRE(crc_of(text) == slow_crc_of(text));
    }
}
