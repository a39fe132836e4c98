#include "formats/callgrind.h"

#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

namespace pyprof::formats {
namespace {

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

// The grammar is in the manual of Valgrind, "Callgrind Format Specification".
TEST_CASE("Functions hold the figures of their lines, then their calls") {
    const std::string period = std::to_string(test_support::ProfileBuilder::period_ns * 10);
    const std::string three = std::to_string(test_support::ProfileBuilder::period_ns * 30);
    const std::string all = std::to_string(test_support::ProfileBuilder::period_ns * 40);
    const std::string text = callgrind(test_support::small_profile());
    CHECK(text.starts_with("# callgrind format\nversion: 1\n"));
    CHECK(text.find("\nevents: cpu samples\nsummary: " + all + " 40\n") != std::string::npos);
    CHECK(text.find("\nob=(1)\nfl=(2)\nfn=(2)\n12 " + period + " 10\ncob=(1)\ncfl=(2)\ncfn=(3) work\ncalls=1 1\n12 " +
                    three + " 30\n") != std::string::npos);
    CHECK(text.find("\nfn=(3)\n3 " + three + " 30\n") != std::string::npos);
}

TEST_CASE("A name is written out once, on one line, however often it is used") {
    const std::string text = callgrind(test_support::hostile_profile());
    CHECK(count(text, "/home/user/we;ird </script>.py") == 1);
    CHECK(count(text, std::string(1 << 20, 'z')) == 1);
    CHECK(count(text, "line end  tab\n") == 1);
    CHECK(text.size() < (2 << 20));
}

TEST_CASE("Functions without source have a library, and no file") {
    const std::string text = callgrind(test_support::sample_profile());
    CHECK(count(text, "fl=(1) ???\n") == 1);
    CHECK(count(text, "ob=(") == count(text, "fl=("));
    CHECK(text.find("libopenblas.so.0\ncfl=(1)\ncfn=") != std::string::npos);
}

TEST_CASE("Measures are events of one word") {
    const std::string text = callgrind(test_support::measured_profile("perf::PAGE-FAULTS"));
    CHECK(text.find("\nevent: perf__PAGE_FAULTS : perf::PAGE-FAULTS (count)\n") != std::string::npos);
    CHECK(text.find("\nevents: cpu samples PAPI_TOT_INS perf__PAGE_FAULTS\n") != std::string::npos);
}

}  // namespace
}  // namespace pyprof::formats
