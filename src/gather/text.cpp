#include "gather/text.h"

#include <cstdint>

namespace pyprof::gather {
namespace {

constexpr std::uint32_t replacement = 0xFFFD;

void append(std::string& text, std::uint32_t character) {
    const bool surrogate = character >= 0xD800 && character <= 0xDFFF;
    if (surrogate || character > 0x10FFFF) character = replacement;
    const auto tail = [&](unsigned shift) { text += static_cast<char>(0x80 | (character >> shift & 0x3F)); };
    if (character < 0x80) {
        text += static_cast<char>(character);
    } else if (character < 0x800) {
        text += static_cast<char>(0xC0 | character >> 6);
        tail(0);
    } else if (character < 0x10000) {
        text += static_cast<char>(0xE0 | character >> 12);
        tail(6);
        tail(0);
    } else {
        text += static_cast<char>(0xF0 | character >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

}  // namespace

std::string to_utf8(std::string_view stored, wire::TextKind kind) {
    const bool wide = kind == wire::TextKind::ucs2 || kind == wire::TextKind::ucs4;
    const std::size_t width = wide ? static_cast<std::size_t>(kind) : 1;
    std::string text;
    text.reserve(stored.size());
    for (; stored.size() >= width; stored.remove_prefix(width)) {
        std::uint32_t character = 0;
        for (std::size_t i = 0; i < width; ++i)
            character |= std::uint32_t{static_cast<unsigned char>(stored[i])} << (8 * i);
        append(text, character);
    }
    if (!stored.empty()) append(text, replacement);
    return text;
}

}  // namespace pyprof::gather
