#include "base/csv_field.h"

#include "tests/support/catch.h"

using pyprof::csv_field;

TEST_CASE("Fields are quoted where they must be") {
    CHECK(csv_field("").empty());
    CHECK(csv_field("plain text") == "plain text");
    CHECK(csv_field("a,b") == "\"a,b\"");
    CHECK(csv_field("say \"so\"") == "\"say \"\"so\"\"\"");
    CHECK(csv_field("two\nlines") == "\"two\nlines\"");
}

TEST_CASE("What looks like a formula is marked as text, numbers are not") {
    for (const char* formula : {"=1+1", "+cmd", "-2+3", "@SUM", "\tx", "--5"}) {
        CAPTURE(formula);
        CHECK(csv_field(formula) == std::string{"'"} + formula);
    }
    CHECK(csv_field("\nx") == "\"'\nx\"");
    for (const char* number : {"-1.5", "+3", "1e-9"}) CHECK(csv_field(number) == number);
}
