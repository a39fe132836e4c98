#pragma once
// CRC-32 as in zlib, gzip and PNG (ISO 3309: reflected polynomial 0xEDB88320, start and final inversion), for parts
// that must not need zlib.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace pyprof {

namespace detail {

// Row 0 divides one byte; row i one that is followed by i zero bytes.
using Crc32Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Crc32Tables crc32_tables() {
    Crc32Tables tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t value = byte;
        for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1) != 0 ? 0xEDB88320U : 0U);
        tables[0][byte] = value;
    }
    for (std::size_t row = 1; row < tables.size(); ++row)
        for (std::size_t byte = 0; byte < 256; ++byte)
            tables[row][byte] = tables[row - 1][byte] >> 8 ^ tables[0][tables[row - 1][byte] & 0xFF];
    return tables;
}
inline constexpr Crc32Tables crc32_rows = crc32_tables();

}  // namespace detail

// Eight bytes at a time ("slicing by 8").
constexpr std::uint32_t crc32(std::span<const std::byte> bytes) {
    const auto& rows = detail::crc32_rows;
    const auto at = [&](std::size_t i) { return static_cast<std::uint32_t>(bytes[i]); };
    std::uint32_t crc = 0xFFFFFFFFU;
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
        crc ^= at(0) | at(1) << 8 | at(2) << 16 | at(3) << 24;
        crc = rows[7][crc & 0xFF] ^ rows[6][crc >> 8 & 0xFF] ^ rows[5][crc >> 16 & 0xFF] ^ rows[4][crc >> 24] ^
              rows[3][at(4)] ^ rows[2][at(5)] ^ rows[1][at(6)] ^ rows[0][at(7)];
    }
    for (const std::byte byte : bytes) crc = crc >> 8 ^ rows[0][(crc ^ static_cast<std::uint32_t>(byte)) & 0xFF];
    return ~crc;
}

}  // namespace pyprof
