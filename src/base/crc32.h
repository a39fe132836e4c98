#pragma once
// CRC-32 as in zlib, gzip and PNG (ISO 3309: reflected polynomial 0xEDB88320, start and final inversion), for parts
// that must not need zlib.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace pyprof {

namespace detail {
constexpr std::array<std::uint32_t, 256> crc32_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t value = byte;
        for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1) != 0 ? 0xEDB88320U : 0U);
        table[byte] = value;
    }
    return table;
}
}  // namespace detail

constexpr std::uint32_t crc32(std::span<const std::byte> bytes) {
    constexpr auto table = detail::crc32_table();
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const std::byte byte : bytes) crc = crc >> 8 ^ table[(crc ^ static_cast<std::uint32_t>(byte)) & 0xFF];
    return ~crc;
}

}  // namespace pyprof
