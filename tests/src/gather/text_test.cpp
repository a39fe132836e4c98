#include "gather/text.h"

#include "tests/support/catch.h"

using pyprof::gather::to_utf8;
using pyprof::wire::TextKind;
using namespace std::string_view_literals;

TEST_CASE("stored characters of every width become UTF-8") {
    CHECK(to_utf8("plain"sv, TextKind::latin1) == "plain");
    CHECK(to_utf8("\xe9t\xe9"sv, TextKind::latin1) == "été");
    CHECK(to_utf8("\x3b\x04\x41\x00"sv, TextKind::ucs2) == "лA");
    CHECK(to_utf8("\x2d\x4e\xac\x20"sv, TextKind::ucs2) == "中€");
    CHECK(to_utf8("\x00\xf6\x01\x00\x41\x00\x00\x00"sv, TextKind::ucs4) == "\U0001F600A");
    CHECK(to_utf8(""sv, TextKind::ucs4).empty());
}

TEST_CASE("what is no character is replaced") {
    CHECK(to_utf8("\x80\xdc\x41\x00"sv, TextKind::ucs2) == "\uFFFDA");  // a surrogate (an undecodable byte)
    CHECK(to_utf8("\xff\xff\xff\xff"sv, TextKind::ucs4) == "\uFFFD");
    CHECK(to_utf8("\x41\x00\x42"sv, TextKind::ucs2) == "A\uFFFD");  // cut within a character
    CHECK(to_utf8("\xe9"sv, static_cast<TextKind>(3)) == "é");      // an unknown kind
}
