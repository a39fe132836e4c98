#include "imports/import.h"

#include <string>

#include "formats/collapsed.h"
#include "formats/gzip.h"
#include "formats/pprof.h"
#include "profile/sums.h"
#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::imports {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span{text}); }

TEST_CASE("Formats are told by their first bytes") {
    CHECK(format_of(bytes_of("main;work 3\n")) == Format::collapsed);
    CHECK(format_of(bytes_of("{closure};work 3\n")) == Format::collapsed);
    CHECK(format_of(bytes_of("")) == Format::collapsed);
    CHECK(format_of(bytes_of(*formats::pprof(test_support::small_profile()))) == Format::pprof);
    CHECK(format_of(bytes_of(std::string{"\x0a\x04\x08\x01\x10\x02", 6})) == Format::pprof);
    CHECK(format_of(bytes_of(std::string{"{(\x03\0\0\0", 6})) == Format::cprofile);
    CHECK(format_of(bytes_of(std::string{"\xfb)\x03", 3})) == Format::cprofile);
}

TEST_CASE("What pyprof exports it imports, packed or not, with the same total") {
    const profile::Profile original = test_support::sample_profile();
    const std::string collapsed = formats::collapsed(original, formats::Granularity::line);
    for (const std::string& text : {collapsed, formats::gzip(collapsed)}) {
        const Result<profile::Profile> read = import_profile(bytes_of(text), Format::collapsed, {"ns", "cpu"});
        REQUIRE(read);
        CHECK(profile::sum_all(*read).weight == profile::sum_all(original).weight);
        CHECK(read->metric == original.metric);
    }
    const Result<profile::Profile> read = import_profile(bytes_of(*formats::pprof(original)), Format::pprof, {});
    REQUIRE(read);
    CHECK(profile::sum_all(*read) == profile::sum_all(original));
}

TEST_CASE("A file that is not what it is said to be is an error") {
    for (const Format format : {Format::pprof, Format::cprofile, Format::collapsed})
        CHECK(!import_profile(bytes_of("no profile\n"), format, {}));
}

}  // namespace
}  // namespace pyprof::imports
