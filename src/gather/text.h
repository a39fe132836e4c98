#pragma once
// Text of CPython strings. Plain functions; not for the signal side.
#include <string>
#include <string_view>

#include "wire/recording.h"

namespace pyprof::gather {

// UTF-8 of a string stored with 1, 2 or 4 bytes per character (PEP 393). Surrogates, numbers beyond U+10FFFF and an
// incomplete last character become U+FFFD, so the result is always valid UTF-8.
std::string to_utf8(std::string_view stored, wire::TextKind kind);

// Appended to a name that was cut while recording.
inline constexpr std::string_view cut_mark = "…";

}  // namespace pyprof::gather
