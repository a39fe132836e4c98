#include "formats/svg.h"

#include "profile/sums.h"
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

// The picture is 1200 pixels wide with 10 on each side.
TEST_CASE("A box is as wide as its share, below its caller and from where that begins") {
    const std::string text = svg(test_support::small_profile(), Granularity::function);
    CHECK(count(text, "data-weight=") == 3);
    CHECK(text.find(
              "<svg x=\"10.00\" y=\"70\" width=\"1180.00\" height=\"16\" data-weight=\"201005000\"><title>all&#10;") !=
          std::string::npos);
    CHECK(
        text.find("<svg x=\"10.00\" y=\"87\" width=\"1180.00\" height=\"16\" data-weight=\"201005000\"><title>main&#10;"
                  "/home/user/app.py&#10;0.201 s, 100.00 %</title><rect class=\"python\"") != std::string::npos);
    CHECK(text.find(
              "<svg x=\"10.00\" y=\"104\" width=\"885.00\" height=\"16\" data-weight=\"150753750\"><title>work&#10;") !=
          std::string::npos);
    CHECK(svg(test_support::small_profile(), Granularity::line).find("app.py:12&#10;") != std::string::npos);
}

TEST_CASE("Names are text and nothing else") {
    const std::string text = svg(test_support::sample_profile(), Granularity::function);
    CHECK(text.find("<script") == std::string::npos);
    CHECK(text.find("<img") == std::string::npos);
    CHECK(text.find("&#60;/script&#62;&#60;img src=x") != std::string::npos);
    CHECK(text.find("line end  tab") != std::string::npos);
    CHECK(text.find_first_of(std::string_view{"\0\t\r\x1f\x7f", 5}) == std::string::npos);
}

TEST_CASE("What XML cannot hold is replaced") {
    test_support::ProfileBuilder make;
    const std::uint32_t thread = make.thread(make.process(-1, 1, "here"), 1, "", true);
    make.add(make.path(0, {make.location(make.python("a\uffff\ufffe\x01z", "a.py", 1), 1)}), thread, 1);
    CHECK(svg(make.build(), Granularity::function).find("<title>a\ufffd\ufffd z&#10;") != std::string::npos);
}

TEST_CASE("Long names are cut, deep stacks end, and boxes too narrow to be seen are left out") {
    const std::string text = svg(test_support::hostile_profile(), Granularity::function);
    CHECK(text.size() < 200'000);
    CHECK(count(text, "(deeper frames)") > 0);
    test_support::ProfileBuilder make;
    const std::uint32_t thread = make.thread(make.process(-1, 1, "here"), 1, "", true);
    make.add(make.path(0, {make.location(make.python("large", "a.py", 1), 1)}), thread, 100'000);
    make.add(make.path(0, {make.location(make.python("small", "a.py", 2), 2)}), thread, 1);
    const std::string picture = svg(make.build(), Granularity::function);
    CHECK(picture.find("large") != std::string::npos);
    CHECK(picture.find("small") == std::string::npos);
}

TEST_CASE("A profile without values is an empty picture") {
    const std::string text = svg(test_support::ProfileBuilder{}.build(), Granularity::function);
    CHECK(count(text, "data-weight=\"0\"") == 1);
    CHECK(text.find("nan") == std::string::npos);
}

}  // namespace
}  // namespace pyprof::formats
