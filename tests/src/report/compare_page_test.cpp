#include "report/compare_page.h"

#include <string>

#include "tests/support/catch.h"

namespace pyprof::report {
namespace {

std::size_t occurrences(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) count++;
    return count;
}

compare::Row hostile_row() {
    compare::Row row;
    row.name = "</td><script>alert(1)</script>";
    row.key = {"/x/<img src=x onerror=y>.py", 1, row.name};
    row.counted = tracers::Counts{3, 3, 0.5, 0.5};
    row.samples = 20;
    row.sampled_self_s = 0.1;
    row.inflation = 5;
    row.builtins = {{"<built-in method \"x\">", 3, 0.1}};
    row.native = {{"operator<\u202e", 0, 0.1}};
    return row;
}

TEST_CASE("Names of the program are text in the page") {
    compare::Comparison comparison;
    comparison.rows = {hostile_row(), hostile_row()};
    comparison.notes = {"a & b <i>"};
    const std::string page = compare_page(comparison);
    CHECK(occurrences(page, "<script") == 0);
    CHECK(occurrences(page, "<img") == 0);
    CHECK(occurrences(page, "\u202e") == 0);
    CHECK(occurrences(page, "&lt;built-in method &quot;x&quot;&gt;") == 2);
    CHECK(page.find("a &amp; b &lt;i&gt;") != std::string::npos);
}

TEST_CASE("A page of very many functions says what it leaves out") {
    compare::Comparison comparison;
    comparison.rows.resize(most_page_functions + 7);
    const std::string page = compare_page(comparison);
    CHECK(occurrences(page, "<tr>") == most_page_functions + 1);
    CHECK(page.find("7 further rows are left out") != std::string::npos);
}

TEST_CASE("Without functions there is a page without drawings") {
    const std::string page = compare_page({});
    CHECK(occurrences(page, "<svg") == 0);
    CHECK(page.ends_with("</html>\n"));
}

}  // namespace
}  // namespace pyprof::report
