#include "report/words.h"

#include "tests/support/catch.h"

namespace pyprof::report {
namespace {

TEST_CASE("Durations have three digits and the unit a reader would take") {
    CHECK(duration(0) == "0 ns");
    CHECK(duration(999) == "999 ns");
    CHECK(duration(1'500) == "1.5 us");
    CHECK(duration(45'600'000) == "45.6 ms");
    CHECK(duration(1'000'000'000) == "1.00 s");
    CHECK(duration(12'340'000'000) == "12.3 s");
    CHECK(duration(123'400'000'000) == "123 s");
    CHECK(duration(754'000'000'000) == "12 min 34 s");
    CHECK(duration(3'725'000'000'000) == "1 h 02 min");
}

TEST_CASE("Numbers are grouped, bytes have binary units, small shares do not vanish") {
    CHECK(grouped(0) == "0");
    CHECK(grouped(1234567) == "1 234 567");
    CHECK(bytes(512) == "512 B");
    CHECK(bytes(64 << 20) == "64.0 MiB");
    CHECK(percent(0.123) == "12.3 %");
    CHECK(percent(0) == "0.0 %");
    CHECK(percent(0.0001) == "<0.1 %");
    CHECK(share_of(1, 0) == 0);
    CHECK(counted(1, "rank") == "1 rank");
    CHECK(counted(2, "rank") == "2 ranks");
}

TEST_CASE("Places are file and line") {
    CHECK(place("/a/b/solver.py", 42) == "solver.py:42");
    CHECK(place("solver.py", 0) == "solver.py");
    CHECK(place("", 7).empty());
    CHECK(utc_time(1'795'250'000'000'000'000) == "2026-11-21T08:33:20Z");
}

TEST_CASE("Printable text holds nothing that a terminal would obey") {
    CHECK(printable("ünï 計算") == "ünï 計算");
    CHECK(printable("a\033[31mb\n\tc\x7f") == "a?[31mb??c?");
    CHECK(printable("\u202egpj\u2066x\u200f") == "?gpj?x?");
    CHECK(printable("\u009b31m") == "?31m");
    CHECK(printable("\xff\xc3") == "??");
    CHECK(printable("\xc0\xaf") == "??");            // overlong
    CHECK(printable("\xed\xa0\x80") == "???");       // a surrogate
    CHECK(printable("\xf4\x90\x80\x80") == "????");  // beyond Unicode
}

TEST_CASE("Fitted text has exactly the width asked for") {
    CHECK(fitted("ab", 4, true) == "ab  ");
    CHECK(fitted("abcdef", 4, true) == "abc…");
    CHECK(fitted("abcdef", 4, false) == "abc~");
    CHECK(fitted("üüüü", 4, true) == "üüüü");
    CHECK(fitted("abc", 0, true).empty());
}

TEST_CASE("Wrapped text breaks between words and keeps them all") {
    CHECK(wrapped("one two three", 7) == std::vector<std::string>{"one two", "three"});
    CHECK(wrapped("extraordinary", 5) == std::vector<std::string>{"extraordinary"});
    CHECK(wrapped("", 5) == std::vector<std::string>{""});
}

}  // namespace
}  // namespace pyprof::report
