#include "tracers/line_profiler.h"

#include <string>

#include "base/mapped_file.h"
#include "tests/support/catch.h"

namespace pyprof::tracers {
namespace {

using namespace std::string_literals;

std::string text(const std::string& value) { return "\x8c"s + static_cast<char>(value.size()) + value; }

// A LineStats with these timings, in opcodes; times are in units of half a second.
std::string line_stats(const std::string& timings, const std::string& name = "LineStats") {
    return "\x80\x04" + text("line_profiler") + text(name) + "\x93)\x81}(" + text("timings") + timings + text("unit") +
           "G\x3f\xe0\0\0\0\0\0\0ub."s;
}

Result<LineStatistics> read(const std::string& bytes) { return read_line_profiler(std::as_bytes(std::span{bytes})); }

const std::string key = text("app.py") + "K\x03" + text("A.m") + "\x87";

TEST_CASE("Lines have their hits and times") {
    const auto statistics = read(line_stats("}" + key +
                                            "](K\x05K\x01K\x04\x87K\x06M\x10\x27K\x08\x87"
                                            "es"));
    REQUIRE(statistics);
    REQUIRE(statistics->functions.size() == 1);
    const LineFunction& function = statistics->functions[0];
    CHECK(function.file == "app.py");
    CHECK(function.first_line == 3);
    CHECK(function.name == "A.m");
    CHECK(function.lines == std::vector<LineCounts>{{5, 1, 2.0}, {6, 10000, 4.0}});
}

TEST_CASE("Files that line_profiler wrote are read") {
    for (const char* version : {"version_4.2", "version_5.1"}) {
        const auto file = MappedFile::open(std::string{PYPROF_CORPUS "/line_profiler/"} + version);
        REQUIRE(file);
        const auto statistics = read_line_profiler(file->bytes());
        REQUIRE(statistics);
        REQUIRE(statistics->functions.size() == 2);
        CHECK(statistics->functions[0].name == "loop");
        CHECK(statistics->functions[0].lines[1].hits == 100'001);
    }
}

TEST_CASE("Files of no line_profiler are refused with the way to make one") {
    for (const std::string& bytes :
         {""s, "no pickle"s, "\x80\x04K\x01."s, line_stats("K\x01"), line_stats("}", "Other"),
          line_stats("}" + key +
                     "](K\x05K\x01"
                     "es"),
          line_stats("}K\x01K\x02s"),
          line_stats("}" + key +
                     "](K\x05J\xff\xff\xff\xffK\x04\x87"
                     "es")}) {
        const auto statistics = read(bytes);
        REQUIRE_FALSE(statistics);
        CHECK(statistics.error().message().ends_with("is this a file of `kernprof -l`?"));
    }
}

TEST_CASE("Lists that are shared over and over take no more memory than the file") {
    std::string timings = "}" + key + "]\x94(";
    for (int i = 0; i < 200; i++) timings += "K\x05K\x01K\x04\x87";
    timings += "es";
    for (int i = 0; i < 200; i++) timings += text("f") + "K" + static_cast<char>(i) + text("g") + "\x87h\0s"s;
    CHECK_FALSE(read(line_stats(timings)));
}

}  // namespace
}  // namespace pyprof::tracers
