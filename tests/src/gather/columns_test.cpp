#include "gather/columns.h"

#include <random>
#include <vector>

#include "tests/support/catch.h"

using namespace pyprof::gather;

namespace {

ColumnReader reader_of(const std::string& bytes) { return ColumnReader{std::as_bytes(std::span{bytes})}; }

constexpr std::uint64_t most = ~std::uint64_t{0};

}  // namespace

TEST_CASE("numbers of every size come back, small ones in one byte") {
    std::mt19937_64 random{3};
    std::vector<std::uint64_t> numbers{0, 1, 127, 128, 16383, 16384, most, most - 1, most / 2};
    for (int i = 0; i < 500; ++i) numbers.push_back(random() >> random() % 64);
    ColumnWriter writer;
    for (const std::uint64_t number : numbers) {
        const std::size_t before = writer.bytes().size();
        writer.number(number);
        if (number < 128) CHECK(writer.bytes().size() == before + 1);
        writer.signed_number(static_cast<std::int64_t>(number));
    }
    ColumnReader reader = reader_of(writer.bytes());
    for (const std::uint64_t number : numbers) {
        CHECK(reader.number() == number);
        CHECK(reader.signed_number() == static_cast<std::int64_t>(number));
    }
    CHECK(reader.done());
    CHECK_FALSE(reader.failed());
}

TEST_CASE("texts share their beginnings with the one before") {
    ColumnWriter writer;
    writer.text("/usr/lib/libc.so", "");
    const std::size_t first = writer.bytes().size();
    writer.text("/usr/lib/libm.so", "/usr/lib/libc.so");
    CHECK(writer.bytes().size() == first + 2 + 4);
    writer.text("", "/usr/lib/libm.so");
    ColumnReader reader = reader_of(writer.bytes());
    CHECK(reader.text("") == "/usr/lib/libc.so");
    CHECK(reader.text("/usr/lib/libc.so") == "/usr/lib/libm.so");
    CHECK(reader.text("/usr/lib/libm.so").empty());
    CHECK(reader.done());
}

TEST_CASE("a reader that has failed gives zeros and says so") {
    std::string bytes;
    SECTION("at the end of its bytes") {
        bytes = "";
        ColumnReader reader = reader_of(bytes);
        CHECK(reader.number() == 0);
        CHECK(reader.failed());
    }
    SECTION("at a number that is cut") {
        bytes = "\xff";
        ColumnReader reader = reader_of(bytes);
        CHECK(reader.number() == 0);
        CHECK(reader.failed());
    }
    SECTION("at a number of more than 64 bits") {
        bytes = std::string(9, '\xff') + "\x02";
        ColumnReader reader = reader_of(bytes);
        CHECK(reader.number() == 0);
        CHECK(reader.failed());
    }
    SECTION("at a number that does not fit") {
        bytes = "\x80\x02";
        ColumnReader reader = reader_of(bytes);
        CHECK(reader.number_as<std::uint8_t>() == 0);
        CHECK(reader.failed());
    }
    SECTION("at a count of more than there can be") {
        bytes = "\x03xxxxx";
        ColumnReader reader = reader_of(bytes);
        CHECK(reader.count(2) == 0);
        CHECK(reader.failed());
    }
    SECTION("at a text that shares more than there is") {
        bytes = std::string{"\x04\x00", 2};
        ColumnReader reader = reader_of(bytes);
        CHECK(reader.text("abc").empty());
        CHECK(reader.failed());
    }
    SECTION("for ever") {
        bytes = "\x01\x01";
        ColumnReader reader = reader_of(bytes);
        reader.fail();
        CHECK(reader.number() == 0);
        CHECK(reader.text("").empty());
    }
}

TEST_CASE("a few bytes cannot ask for gigabytes of text") {
    ColumnWriter writer;
    std::string previous(5000, 'x');
    writer.text(previous, "");
    for (int i = 0; i < 100'000; ++i) writer.text(previous, previous);
    ColumnReader reader = reader_of(writer.bytes());
    std::size_t total = 0;
    for (int i = 0; i < 100'000 && !reader.failed(); ++i) total += reader.text(i == 0 ? "" : previous).size();
    CHECK(reader.failed());
    CHECK(total <= writer.bytes().size() * 1024);
}
