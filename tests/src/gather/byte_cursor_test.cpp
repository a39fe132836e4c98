#include "gather/byte_cursor.h"

#include <string>

#include "tests/support/catch.h"

using namespace pyprof;
using gather::ByteCursor;
using namespace std::string_view_literals;

TEST_CASE("a cursor reads numbers and texts one after another") {
    ByteCursor in{
        "\x02\x01"
        "ab\0\xe5\x8e\x26\x7f"sv};
    CHECK(in.fixed<std::uint16_t>() == 0x0102);
    CHECK(in.text() == "ab");
    CHECK(in.leb() == 624485);
    CHECK(in.signed_leb() == -1);
    CHECK(in.at_end());
    CHECK_FALSE(in.failed());
}

TEST_CASE("what a cursor cannot read is zero or short, and is remembered") {
    ByteCursor number{"\x01"sv};
    CHECK(number.fixed<std::uint32_t>() == 0);
    CHECK(number.failed());
    ByteCursor text{"no end"sv};
    CHECK(text.text() == "no end");
    CHECK(text.failed());
    ByteCursor leb{"\xff\xff"sv};
    CHECK(leb.leb() == 0x3fff);
    CHECK(leb.failed());
}
