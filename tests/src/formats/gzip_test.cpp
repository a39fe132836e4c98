#include "formats/gzip.h"

#include <random>
#include <string>
#include <zlib.h>

#include "tests/support/catch.h"

using pyprof::formats::base64;
using pyprof::formats::gzip;

namespace {

std::string gunzip(const std::string& packed, std::size_t size) {
    std::string out(size + 1, '\0');
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

std::string random_bytes(std::size_t size) {
    std::mt19937 random{20261};
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    return bytes;
}

}  // namespace

TEST_CASE("what gzip packs, zlib unpacks") {
    for (const std::size_t size : {0U, 1U, 1000U, 65536U, 300000U}) {
        const std::string bytes = random_bytes(size);
        CHECK(gunzip(gzip(bytes), size) == bytes);
    }
}

TEST_CASE("equal bytes give equal gzip files") { CHECK(gzip("the same") == gzip("the same")); }

// RFC 4648, section 10.
TEST_CASE("base64 of the examples of its standard") {
    CHECK(base64("").empty());
    CHECK(base64("f") == "Zg==");
    CHECK(base64("fo") == "Zm8=");
    CHECK(base64("foo") == "Zm9v");
    CHECK(base64("foob") == "Zm9vYg==");
    CHECK(base64("fooba") == "Zm9vYmE=");
    CHECK(base64("foobar") == "Zm9vYmFy");
    CHECK(base64("\xff\xfe\xfd") == "//79");
}
