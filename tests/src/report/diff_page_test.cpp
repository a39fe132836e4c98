#include "report/diff_page.h"

#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::report {
namespace {

std::size_t occurrences(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) count++;
    return count;
}

TEST_CASE("Names of both runs are text in the page") {
    const std::string page = diff_page(*diff::difference_of({"<b>.pyprof", test_support::sample_profile()},
                                                            {"b", test_support::small_profile()}, false));
    CHECK(occurrences(page, "<script") == 0);
    CHECK(occurrences(page, "<img") == 0);
    CHECK(occurrences(page, "\u202e") == 0);
    CHECK(page.find("&lt;b&gt;.pyprof") != std::string::npos);
    CHECK(page.ends_with("</html>\n"));
}

TEST_CASE("A page of very many differences says what it leaves out") {
    diff::Difference difference;
    difference.functions.resize(most_diff_rows + 7);
    for (diff::FunctionRow& row : difference.functions) row.own.after = 1;
    const std::string page = diff_page(difference);
    CHECK(occurrences(page, "<tr>") == most_diff_rows + 2);
    CHECK(page.find("7 further rows are left out") != std::string::npos);
}

}  // namespace
}  // namespace pyprof::report
