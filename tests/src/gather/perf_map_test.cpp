#include "gather/perf_map.h"

#include <fstream>
#include <random>
#include <unistd.h>
#include <vector>

#include "tests/support/catch.h"

using namespace pyprof;
using gather::PerfMap;

TEST_CASE("lines of a perf map name their addresses") {
    const PerfMap map{"7f00 10 first function\n0x8000 0x20 LazyCompile:~f /a b.js:1\n"};
    CHECK(map.name_at(0x7f00) == "first function");
    CHECK(map.name_at(0x7f0f) == "first function");
    CHECK(map.name_at(0x7f10).empty());
    CHECK(map.name_at(0x801f) == "LazyCompile:~f /a b.js:1");
    CHECK(map.name_at(0).empty());
}

TEST_CASE("what is no line of a map is passed over") {
    const PerfMap map{"\n10\n10 20\nnothing here\n10 0 empty\n10 ffffffffffffffff huge\n-1 5 x\n30 4 last"};
    CHECK(map.name_at(0x10).empty());
    CHECK(map.name_at(0x33) == "last");
}

TEST_CASE("later lines of a map replace what they overlap, byte for byte") {
    std::mt19937 random{7};
    for (int round = 0; round < 200; ++round) {
        std::vector<std::string> slow(64);
        std::string text;
        for (int line = 0; line < 12; ++line) {
            const unsigned begin = random() % 60 + 1, bytes = random() % 12 + 1;
            char row[64];
            snprintf(row, sizeof row, "%x %x f%d\n", begin, bytes, line);
            text += row;
            for (unsigned i = begin; i < begin + bytes && i < slow.size(); ++i) slow[i] = "f" + std::to_string(line);
        }
        const PerfMap map{text};
        for (unsigned i = 0; i < slow.size(); ++i) REQUIRE(map.name_at(i) == slow[i]);
    }
}

TEST_CASE("the map of a process is found") {
    wire::RecordingHeader header{};
    header.pid = getpid();
    gethostname(header.host, sizeof header.host - 1);
    const std::string path = "/tmp/perf-" + std::to_string(getpid()) + ".map";
    std::ofstream{path} << "1000 10 f\n";
    CHECK(PerfMap::of(header).name_at(0x1008) == "f");
    ++header.pid;
    CHECK(PerfMap::of(header).empty());
    unlink(path.c_str());
}
