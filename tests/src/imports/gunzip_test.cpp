#include "imports/gunzip.h"

#include "formats/gzip.h"
#include "tests/support/catch.h"

namespace pyprof::imports {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span{text}); }

TEST_CASE("What was packed comes back, also in several members") {
    const std::string text(300'000, 'a');
    const std::string packed = formats::gzip(text);
    CHECK(*gunzip(bytes_of(packed)) == text);
    CHECK(*gunzip(bytes_of(packed + formats::gzip("end"))) == text + "end");
    CHECK(gunzip(bytes_of(formats::gzip("")))->empty());
}

TEST_CASE("Cut, damaged and boundless files are errors") {
    std::string packed = formats::gzip(std::string(1000, 'a'));
    for (std::size_t size = 0; size < packed.size(); size++) CHECK(!gunzip(bytes_of(packed).first(size)));
    packed[packed.size() / 2] = static_cast<char>(~packed[packed.size() / 2]);
    CHECK(!gunzip(bytes_of(packed)));
    CHECK(!gunzip(bytes_of(formats::gzip(std::string(2'000'000, 'a'))), 1'000'000));
    CHECK(!is_gzip(bytes_of("x")));
}

}  // namespace
}  // namespace pyprof::imports
