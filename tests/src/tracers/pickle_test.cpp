#include "tracers/pickle.h"

#include <string>

#include "tests/support/catch.h"

namespace pyprof::tracers {
namespace {

using namespace std::string_literals;

Result<Document> read(const std::string& opcodes) {
    static std::string bytes;  // outlives the views
    bytes = "\x80\x04"s + opcodes + ".";
    return read_pickle(std::as_bytes(std::span{bytes}));
}

std::string message_of(const std::string& opcodes) {
    const Result<Document> document = read(opcodes);
    return document ? "" : document.error().message();
}

Value value(const std::string& opcodes) {
    const Result<Document> document = read(opcodes);
    REQUIRE(document);
    return document->at(document->root);
}

TEST_CASE("Plain values are read") {
    CHECK(value("K\xff").integer == 255);
    CHECK(value("M\x01\x02").integer == 0x201);
    CHECK(value("J\xfe\xff\xff\xff").integer == -2);
    CHECK(value("\x8a\x05\0\0\0\0\x01"s).integer == 1LL << 32);
    CHECK(value("\x8a\x01\xff").integer == -1);
    CHECK(value("\x8a\0"s).integer == 0);
    CHECK(value("G\x3f\xe0\0\0\0\0\0\0"s).real == 0.5);
    CHECK(value("\x8c\x02hi").text == "hi");
    CHECK(value("X\x02\0\0\0hi"s).text == "hi");
    CHECK(value("N").kind == Kind::none);
    CHECK(value("\x88").integer == 1);
}

TEST_CASE("Containers grow after they were remembered") {
    // [1, 2, {"a": (3, 4)}] with the list and the dictionary in the memo
    const Result<Document> document = read(
        "]\x94(K\x01K\x02}\x94\x8c\x01"
        "aK\x03K\x04\x86se");
    REQUIRE(document);
    CHECK(document->at(document->root).count == 3);
    const auto children = document->children(document->root);
    CHECK(document->at(children[2]).kind == Kind::dictionary);
    CHECK(document->at(document->children(children[2])[1]).count == 2);
}

TEST_CASE("An object is its class's name and its state; nothing is carried out") {
    for (const std::string& of_class : {"\x8c\x02os\x8c\x06system\x93"s, "cos\nsystem\n"s}) {
        const Result<Document> document = read(of_class + ")\x81}b");
        REQUIRE(document);
        CHECK(document->child(document->root, 0).text == "system");
        CHECK(document->child(document->root, 1).kind == Kind::dictionary);
    }
    // REDUCE, which calls what it is given
    CHECK(message_of("cos\nsystem\n\x8c\x04true\x85R").find("does more") != std::string::npos);
}

TEST_CASE("Faults of the machine are named") {
    CHECK(message_of("h\x07") == "byte 4: refers to a value that is not there");
    CHECK(message_of("e").find("lacks a mark") != std::string::npos);
    CHECK(message_of("K\x01"
                     "a")
              .find("holds no such values") != std::string::npos);
    CHECK(message_of("\x86").find("values that are not there") != std::string::npos);
    CHECK(message_of("](\x86").find("values that are not there") != std::string::npos);  // below the mark
    CHECK(message_of("}(K\x01u").find("holds no such values") != std::string::npos);
    CHECK(message_of("\x94").find("remembers nothing") != std::string::npos);
    CHECK(message_of("X\xff\xff\xff\xff").find("middle of a text") != std::string::npos);
    CHECK(message_of("cos").find("middle of a text") != std::string::npos);
    CHECK(message_of("]\x94h\0a"s).find("contains itself") != std::string::npos);
    CHECK(message_of("").find("no value") != std::string::npos);
    CHECK(message_of("\x8a\x09"
                     "123456789")
              .find("beyond 64 bits") != std::string::npos);
}

TEST_CASE("Depth of a pickle is bounded") {
    std::string nested;
    for (int i = 0; i < 100'000; i++) nested += "]";
    CHECK(message_of(nested + std::string(99'999, 'a')).find("nest too deeply") != std::string::npos);
}

TEST_CASE("Every cut of a pickle is noticed") {
    const std::string whole = "\x80\x04]\x94(K\x01\x8c\x02hiG\x3f\xe0\0\0\0\0\0\0e."s;
    REQUIRE(read_pickle(std::as_bytes(std::span{whole})));
    for (std::size_t length = 0; length < whole.size(); length++)
        CHECK_FALSE(read_pickle(std::as_bytes(std::span{whole}.first(length))));
}

TEST_CASE("Pickles are told from marshal by how they begin") {
    CHECK(is_pickle(std::as_bytes(std::span{"\x80\x05."})));
    CHECK_FALSE(is_pickle(std::as_bytes(std::span{"{\x29\x03"})));
    CHECK_FALSE(is_pickle({}));
}

}  // namespace
}  // namespace pyprof::tracers
