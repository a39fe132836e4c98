#include "gather/debug_line.h"

#include <string>

#include "tests/support/catch.h"

using namespace pyprof::gather;

namespace {

std::string number(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i);
    return text;
}

// A unit of version 4 by the book: two folders, two files, then `program`.
std::string unit(const std::string& program, unsigned version = 4) {
    std::string header{"\x01\x01\x01\xfb\x0e\x0d", 6};  // shortest 1, 1 operation, is_stmt, base -5, range 14, base 13
    header += std::string{"\0\1\1\1\1\0\0\0\1\0\0\1", 12};
    header += std::string{"/home/me\0sub\0\0", 14};
    header += std::string{"a.py\0\1\0\0", 8} + std::string{"b.py\0\2\0\0", 8} + std::string{"\0", 1};
    const std::string body = number(version, 2) + number(header.size(), 4) + header + program;
    return number(body.size(), 4) + body;
}

std::string set_address(std::uint64_t address) { return std::string{"\0\x09\x02", 3} + number(address, 8); }
const std::string end_sequence{"\0\x01\x01", 3};

std::uint32_t line_at(const DebugLine& lines, std::uint64_t address) {
    const DebugLine::Row* row = lines.row_at(address);
    return row == nullptr ? 0 : row->line;
}

// advance_line by 9 and copy; 4 bytes and one line on (a special opcode); file 2, 8 bytes, copy; the end 2 bytes on.
const std::string program = set_address(0x10) + std::string{"\x03\x09\x01", 3} + static_cast<char>(13 + 6 + 4 * 14) +
                            std::string{"\x04\x02\x02\x08\x01\x02\x02", 7} + end_sequence;

}  // namespace

TEST_CASE("rows of a line table cover their addresses up to the end of the sequence") {
    const DebugLine lines{unit(program)};
    CHECK(line_at(lines, 0x0f) == 0);
    CHECK(line_at(lines, 0x10) == 10);
    CHECK(line_at(lines, 0x13) == 10);
    CHECK(line_at(lines, 0x14) == 11);
    CHECK(line_at(lines, 0x1d) == 11);
    CHECK(line_at(lines, 0x1e) == 0);
    REQUIRE(lines.row_at(0x1c) != nullptr);
    CHECK(lines.file(*lines.row_at(0x10)) == "/home/me/a.py");
    CHECK(lines.file(*lines.row_at(0x1c)) == "sub/b.py");
}

TEST_CASE("a unit of another version is passed over, the next is read") {
    CHECK(DebugLine{unit(program, 5)}.row_at(0x10) == nullptr);
    CHECK(line_at(DebugLine{unit(program, 5) + unit(program)}, 0x10) == 10);
}

TEST_CASE("a line table cut or damaged anywhere does no harm") {
    const std::string whole = unit(program);
    for (std::size_t size = 0; size < whole.size(); ++size) line_at(DebugLine{whole.substr(0, size)}, 0x14);
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string damaged = whole;
        for (const char byte : {'\0', '\x7f', '\xff'}) {
            damaged[at] = byte;
            line_at(DebugLine{damaged}, 0x14);
        }
    }
    CHECK(DebugLine{{}}.row_at(0) == nullptr);
}
