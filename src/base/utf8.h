#pragma once
// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing beyond U+10FFFF.
#include <cstdint>
#include <string>
#include <string_view>

namespace pyprof {

struct Utf8Character {
    std::uint32_t code = 0;
    std::size_t bytes = 1;  // to step over; 1 where there is no character
    bool valid = false;
};

// At the beginning of `text`, which must not be empty.
Utf8Character first_character(std::string_view text);

// The text with U+FFFD in place of every byte that belongs to no character.
std::string valid_utf8(std::string_view text);

}  // namespace pyprof
