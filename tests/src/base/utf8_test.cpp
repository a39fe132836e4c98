#include "base/utf8.h"

#include "tests/support/catch.h"

namespace pyprof {
namespace {

TEST_CASE("Every code point of Unicode is read as it was written") {
    for (std::uint32_t code = 1; code <= 0x10ffff; code += code < 0x3000 ? 1 : 97) {
        if (code >= 0xd800 && code < 0xe000) continue;
        std::string text;
        const auto tail = [&](int shift) { text += static_cast<char>(0x80 | (code >> shift & 0x3f)); };
        if (code < 0x80) {
            text += static_cast<char>(code);
        } else if (code < 0x800) {
            text += static_cast<char>(0xc0 | code >> 6);
        } else if (code < 0x10000) {
            text += static_cast<char>(0xe0 | code >> 12);
        } else {
            text += static_cast<char>(0xf0 | code >> 18);
        }
        if (code >= 0x10000) tail(12);
        if (code >= 0x800) tail(6);
        if (code >= 0x80) tail(0);
        const Utf8Character read = first_character(text);
        if (!read.valid || read.code != code || read.bytes != text.size()) FAIL(code);
    }
    SUCCEED();
}

TEST_CASE("Bytes that are no character become U+FFFD, one for each") {
    const std::string mark = "\xef\xbf\xbd";
    CHECK(valid_utf8("a\xff\xc3z") == "a" + mark + mark + "z");
    CHECK(valid_utf8("\xc0\xaf") == mark + mark);                        // overlong
    CHECK(valid_utf8("\xed\xa0\x80") == mark + mark + mark);             // a surrogate
    CHECK(valid_utf8("\xf4\x90\x80\x80") == mark + mark + mark + mark);  // beyond Unicode
    CHECK(valid_utf8("\xe2\x82") == mark + mark);                        // cut
    CHECK(valid_utf8("ünï") == "ünï");
}

}  // namespace
}  // namespace pyprof
