#include "tracers/marshal.h"

#include <string>

#include "tests/support/catch.h"

namespace pyprof::tracers {
namespace {

using namespace std::string_literals;

Result<Document> read(const std::string& bytes) { return read_marshal(std::as_bytes(std::span{bytes})); }

std::string message_of(const std::string& bytes) {
    const Result<Document> document = read(bytes);
    return document ? "" : document.error().message();
}

std::int64_t integer(const std::string& bytes) {
    const Result<Document> document = read(bytes);
    REQUIRE(document);
    REQUIRE(document->at(document->root).kind == Kind::integer);
    return document->at(document->root).integer;
}

TEST_CASE("Numbers of every size are read") {
    CHECK(integer("i\xff\xff\xff\xff"s) == -1);
    CHECK(integer("i\x10\x27\0\0"s) == 10000);
    CHECK(integer("l\x03\0\0\0\x05\0\x06\0\x07\0"s) == 5 + (6LL << 15) + (7LL << 30));
    CHECK(integer("l\xfe\xff\xff\xff\x01\0\x01\0"s) == -(1 + (1LL << 15)));
    const Result<Document> half = read("g\0\0\0\0\0\0\xe0\x3f"s);
    REQUIRE(half);
    CHECK(half->at(half->root).real == 0.5);
}

TEST_CASE("Texts of every form are read") {
    for (const std::string& bytes : {"z\x02hi"s, "Z\x02hi"s, "a\x02\0\0\0hi"s, "A\x02\0\0\0hi"s, "u\x02\0\0\0hi"s,
                                     "t\x02\0\0\0hi"s, "\xfa\x02hi"s}) {
        const Result<Document> document = read(bytes);
        REQUIRE(document);
        CHECK(document->at(document->root).text == "hi");
    }
}

TEST_CASE("Nothing, truth and dictionaries are read") {
    const Result<Document> document = read(
        "{z\x01"
        "aNz\x01"
        "bT0"s);
    REQUIRE(document);
    CHECK(document->at(document->root).count == 4);
    CHECK(document->child(document->root, 1).kind == Kind::none);
    CHECK(document->child(document->root, 3).integer == 1);
}

TEST_CASE("References count flagged values from where they begin") {
    // (tuple flagged, its text flagged, reference to the text)
    const Result<Document> document = read("\xa9\x02\xfa\x01xr\x01\0\0\0"s);
    REQUIRE(document);
    const auto children = document->children(document->root);
    CHECK(children[0] == children[1]);
}

TEST_CASE("A value that contains itself is refused") {
    CHECK(message_of("\xa9\x01r\0\0\0\0"s) == "byte 7: a value contains itself");
}

TEST_CASE("A reference to what is not there is refused") {
    CHECK(message_of("r\x05\0\0\0"s) == "byte 5: refers to a value that is not there");
}

TEST_CASE("Every cut of a file is noticed") {
    const std::string whole =
        "{)\x02z\x01"
        "ai\x01\0\0\0(\x01\0\0\0g\0\0\0\0\0\0\0\0"
        "0"s;
    REQUIRE(read(whole));
    for (std::size_t length = 0; length < whole.size(); length++) CHECK_FALSE(read(whole.substr(0, length)));
}

TEST_CASE("A claim of more than there is takes no memory") {
    CHECK(message_of("(\xff\xff\xff\x7f"s) == "byte 5: ends in the middle of a tuple");
    CHECK(message_of("u\xff\xff\xff\x7f"s) == "byte 5: ends in the middle of a text");
}

TEST_CASE("Depth is bounded") {
    std::string nested;
    for (int i = 0; i < 1'000'000; i++) nested += ")\x01";
    CHECK(message_of(nested).find("nest too deeply") != std::string::npos);
}

TEST_CASE("What statistics are not made of is refused") {
    CHECK(message_of("s\x01\0\0\0x"s) == "byte 1: was written by Python 2");
    CHECK(message_of("c"s).find("the module profile") != std::string::npos);
    CHECK(message_of("S"s).find("something else") != std::string::npos);
    CHECK(message_of("l\x05\0\0\0"s).find("beyond 60 bits") != std::string::npos);
    CHECK(message_of("l\x01\0\0\0\xff\xff"s).find("damaged number") != std::string::npos);
    CHECK(message_of("0"s) == "byte 0: holds no value");
    CHECK_FALSE(message_of("").empty());
}

}  // namespace
}  // namespace pyprof::tracers
