#include "report/table.h"

#include "tests/support/catch.h"

namespace pyprof::report {
namespace {

Table sample_table() {
    return {{{"self", "self_ns", true}, {"name", "name"}},
            {{time_cell(1'500'000'000), text_cell("a,\"b\"\n")}, {unknown_cell(), text_cell("=1+1|x\033[2J")}}};
}

TEST_CASE("Text tables line up, and show no control characters") {
    CHECK(as_text(sample_table(), {}) == "  self  name\n1.50 s  a,\"b\"?\n        =1+1|x?[2J\n");
}

TEST_CASE("The last column of a text table is cut to the width") {
    const Table table{{{"a", "a"}, {"b", "b"}}, {{text_cell("x"), text_cell("a long name")}}};
    CHECK(as_text(table, {.width = 8}) == "a  b\nx  a lo…\n");
}

TEST_CASE("CSV quotes what needs it and disarms formulas") {
    CHECK(as_csv(sample_table()) == "self_ns,name\n1500000000,\"a,\"\"b\"\"\n\"\n,'=1+1|x\033[2J\n");
    CHECK(as_csv({{{"n", "n"}}, {{{"-1.5", "-1.5"}}}}) == "n\n-1.5\n");
}

TEST_CASE("Columns for programs stand in CSV alone") {
    const Table table{{{"a", "a"}, {"b", "b", true, true}, {"c", "c"}},
                      {{text_cell("x"), count_cell(1), text_cell("y")}}};
    CHECK(as_csv(table) == "a,b,c\nx,1,y\n");
    CHECK(as_text(table, {}) == "a  c\nx  y\n");
    CHECK(as_markdown(table) == "| a | c |\n| --- | --- |\n| x | y |\n");
}

TEST_CASE("Every beginning of a formula is disarmed, numbers are not") {
    for (const char* text : {"=1", "+x", "-x", "-2+3", "--1", "+-1", "@x", "\t=1", "\n=1"}) {
        const std::string csv = as_csv({{{"n", "n"}}, {{text_cell(text)}}});
        CHECK((csv.starts_with("n\n'") || csv.starts_with("n\n\"'")));
    }
    CHECK(as_csv({{{"n", "n"}}, {{text_cell("1e-9")}}}) == "n\n1e-9\n");
}

TEST_CASE("Markdown cells cannot be broken out of") {
    CHECK(as_markdown(sample_table()) ==
          "| self | name |\n| ---: | --- |\n| 1.50 s | a,\"b\"? |\n|  | =1\\+1\\|x?\\[2J |\n");
}

}  // namespace
}  // namespace pyprof::report
