#include "base/utf8.h"

#include <array>

namespace pyprof {

Utf8Character first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {lead, 1, true};
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || length > text.size()) return {};
    std::uint32_t code = lead & (0x7fU >> length);
    for (std::size_t i = 1; i < length; i++) {
        if ((byte(i) & 0xc0) != 0x80) return {};
        code = code << 6 | (byte(i) & 0x3fU);
    }
    constexpr std::array<std::uint32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    if (code < smallest[length] || code > 0x10ffff || surrogate) return {};
    return {code, length, true};
}

std::string valid_utf8(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const Utf8Character character = first_character(text);
        result += character.valid ? text.substr(0, character.bytes) : "\xef\xbf\xbd";
        text.remove_prefix(character.bytes);
    }
    return result;
}

}  // namespace pyprof
