#include "formats/html.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"
#include "tests/support/temporary_folder.h"

using namespace pyprof;
using formats::html_page;

TEST_CASE("a page holds the viewer, its policy and one block of data") {
    const std::string page = html_page(test_support::sample_profile(), {});
    CHECK(page.rfind("<!doctype html>", 0) == 0);
    CHECK(page.find("connect-src 'none'") != std::string::npos);
    CHECK(page.find("@PYPROF_DATA@") == std::string::npos);
    const std::string opening = "id=\"pyprof-data\">";
    const std::size_t data = page.find(opening) + opening.size();
    CHECK(page.substr(data, 4) == "H4sI");  // base64 of gzip's magic and deflate
    CHECK(page.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=", data) ==
          page.find("</script>", data));
}

TEST_CASE("no name of the profile stands in the page as text") {
    profile::Profile profile = test_support::small_profile();
    profile.functions[0].name = "</script><script>alert(20261)</script>";
    profile.run.command = {"<img src=x onerror=alert(20261)>"};
    CHECK(html_page(profile, {}).find("20261") == std::string::npos);
}

TEST_CASE("equal profiles give equal pages") {
    CHECK(html_page(test_support::sample_profile(), {}) == html_page(test_support::sample_profile(), {}));
}

TEST_CASE("a page is written to a file, and a place that cannot be written is named") {
    const test_support::TemporaryFolder folder;
    const profile::Profile profile = test_support::small_profile();
    const std::filesystem::path place = folder.path();
    const std::string path = place / "page.html";
    REQUIRE(formats::write_html(profile, {}, path));
    std::ifstream in{path, std::ios::binary};
    CHECK(std::string{std::istreambuf_iterator<char>{in}, {}} == html_page(profile, {}));
    const Status refused = formats::write_html(profile, {}, place / "missing/page.html");
    REQUIRE(!refused);
    CHECK(refused.error().message().find("/missing/page.html") != std::string::npos);
}
