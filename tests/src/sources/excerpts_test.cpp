#include "sources/excerpts.h"

#include "tests/support/catch.h"

namespace pyprof::sources {
namespace {

Lines numbered(std::uint32_t count) {
    Lines lines;
    for (std::uint32_t i = 1; i <= count; i++) lines.push_back("line " + std::to_string(i));
    return lines;
}

TEST_CASE("A wanted line comes with those around it") {
    const std::vector<Excerpt> excerpts = excerpts_of("a.py", numbered(200), {100});
    REQUIRE(excerpts.size() == 1);
    CHECK(excerpts[0].file == "a.py");
    CHECK(excerpts[0].first_line == 100 - lines_around);
    CHECK(excerpts[0].lines.size() == 2 * lines_around + 1);
    CHECK(excerpts[0].lines.back() == "line " + std::to_string(100 + lines_around));
}

TEST_CASE("Neighbours share an excerpt, distant lines have their own, and none stands twice") {
    const Lines text = numbered(400);
    const std::vector<Excerpt> excerpts = excerpts_of("a.py", text, {300, 10, 40, 40, 2});
    REQUIRE(excerpts.size() == 2);
    CHECK(excerpts[0].first_line == 1);
    CHECK(excerpts[0].lines == Lines(text.begin(), text.begin() + 40 + lines_around));
    CHECK(excerpts[1].first_line == 300 - lines_around);
}

TEST_CASE("Lines that the text has not are left out") {
    CHECK(excerpts_of("a.py", numbered(3), {0, 4, 4'000'000'000}).empty());
    CHECK(excerpts_of("a.py", {}, {1}).empty());
    CHECK(excerpts_of("a.py", numbered(3), {3}) == std::vector<Excerpt>{{"a.py", 1, numbered(3)}});
}

TEST_CASE("Long lines are cut between characters") {
    std::string start;
    start.resize(999, 'x');
    const std::vector<Excerpt> excerpts = excerpts_of("a.py", {start + "ü and more"}, {1});
    CHECK(excerpts.at(0).lines.at(0) == start + "…");
    CHECK(size_of(excerpts) == 999 + 3 + 1);
}

}  // namespace
}  // namespace pyprof::sources
