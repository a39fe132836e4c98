#include "tracers/cprofile.h"

#include <cstring>
#include <limits>
#include <string>

#include "tests/support/catch.h"

namespace pyprof::tracers {
namespace {

using namespace std::string_literals;

std::string number(std::int32_t value) { return "i" + std::string{reinterpret_cast<const char*>(&value), 4}; }
std::string time(double value) { return "g" + std::string{reinterpret_cast<const char*>(&value), 8}; }
std::string text(const std::string& value) { return "z" + std::string(1, static_cast<char>(value.size())) + value; }
std::string tuple(std::initializer_list<std::string> items) {
    std::string bytes = ")" + std::string(1, static_cast<char>(items.size()));
    for (const std::string& item : items) bytes += item;
    return bytes;
}
std::string key(const std::string& file, int line, const std::string& name) {
    return tuple({text(file), number(line), text(name)});
}

Result<CallStatistics> read(const std::string& bytes) { return read_cprofile(std::as_bytes(std::span{bytes})); }

const std::string no_callers = "{0";

std::string entry(const std::string& callers) { return tuple({number(1), number(5), time(0.25), time(1.5), callers}); }

TEST_CASE("A function's own tuple begins with primitive calls, a caller's with all calls") {
    const std::string main = key("app.py", 1, "<module>"), sub = key("app.py", 3, "f");
    const std::string callers = "{" + main + tuple({number(4), number(2), time(0.5), time(0.75)}) + "0";
    const auto statistics = read("{" + sub + entry(callers) + main + entry(no_callers) + "0");
    REQUIRE(statistics);
    REQUIRE(statistics->functions.size() == 2);
    const CountedFunction& f = statistics->functions[0];
    CHECK(f.name == "f");
    CHECK(f.line == 3);
    CHECK(f.counts == Counts{5, 1, 0.25, 1.5});
    REQUIRE(f.callers.size() == 1);
    CHECK(statistics->functions[f.callers[0].caller].name == "<module>");
    CHECK(f.callers[0].counts == Counts{4, 2, 0.5, 0.75});
}

TEST_CASE("Callers of the module profile are numbers of calls") {
    const std::string main = key("app.py", 1, "<module>"), sub = key("~", 0, "<built-in method builtins.sum>");
    const auto statistics = read("{" + sub + entry("{" + main + number(4) + "0") + "0");
    REQUIRE(statistics);
    CHECK(statistics->functions[0].is_builtin());
    CHECK(statistics->functions[0].callers[0].counts == Counts{4, 4, 0, 0});
    CHECK(statistics->functions[1].counts == Counts{});  // a caller without an entry of its own
}

TEST_CASE("Other files are refused with the way to make the right one") {
    for (const std::string& bytes :
         {""s, "\x89PNG\r\n"s, number(3), "{" + number(3) + number(4) + "0", "{" + key("a", 1, "f") + number(1) + "0",
          "{" + key("a", -1, "f") + entry(no_callers) + "0",
          "{" + key("a", 1, "f") + tuple({number(1), number(-5), time(0), time(0), no_callers}) + "0",
          "{" + key("a", 1, "f") +
              tuple({number(1), number(5), time(0), time(std::numeric_limits<double>::infinity()), no_callers}) +
              "0"}) {
        const auto statistics = read(bytes);
        REQUIRE_FALSE(statistics);
        CHECK(statistics.error().message().ends_with("is this a file of `python -m cProfile -o FILE`?"));
    }
}

TEST_CASE("Samples of profiling.sampling are no calls") {
    const auto statistics = read("{" + tuple({text("__sampled__")}) + "T0");
    REQUIRE_FALSE(statistics);
    CHECK(statistics.error().message().starts_with("holds samples"));
}

TEST_CASE("Times below zero are nothing") {
    const auto statistics =
        read("{" + key("a", 1, "f") + tuple({number(1), number(1), time(-1e-9), time(0), no_callers}) + "0");
    REQUIRE(statistics);
    CHECK(statistics->functions[0].counts.self_s == 0);
}

TEST_CASE("Values that are shared over and over take no more memory than a program's statistics") {
    const std::string long_name = "\xf5\x00\x00\x01\x00"s + std::string(65536, 'x');  // flagged: later `r 0`
    std::string many = "{" + tuple({long_name, number(1), text("f")}) + entry(no_callers);
    for (int line = 2; line < 20000; line++) many += tuple({"r\0\0\0\0"s, number(line), text("f")}) + entry(no_callers);
    CHECK_FALSE(read(many + "0"));

    std::string callers = "\xfb";
    for (int line = 0; line < 2000; line++) callers += key("a", line, "g") + number(1);
    std::string calls = "{" + key("b", 1, "f") + entry(callers + "0");
    for (int line = 2; line < 2000; line++) calls += key("b", line, "f") + entry("r\0\0\0\0"s);
    CHECK_FALSE(read(calls + "0"));
}

}  // namespace
}  // namespace pyprof::tracers
