#include "symbols/function_ranges.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "tests/support/catch.h"
#include "tests/support/command_output.h"

namespace pyprof::symbols {
namespace {

using Ranges = std::set<std::pair<std::uint64_t, std::uint64_t>>;

// "… FDE cie=00000000 pc=0000000000001020..0000000000001050" as readelf prints every FDE.
Ranges ranges_of_readelf(const std::string& path) {
    Ranges ranges;
    std::istringstream lines{test_support::output_of("readelf -W --debug-dump=frames " + path)};
    for (std::string line; std::getline(lines, line);) {
        const std::size_t at = line.find(" pc=");
        const std::size_t dots = line.find("..", at);
        if (line.find(" FDE ") == std::string::npos || at == std::string::npos || dots == std::string::npos) continue;
        const std::uint64_t begin = std::stoull(line.substr(at + 4), nullptr, 16);
        const std::uint64_t end = std::stoull(line.substr(dots + 2), nullptr, 16);
        if (begin < end) ranges.emplace(begin, end);
    }
    return ranges;
}

std::vector<std::string> stripped_files() {
    std::vector<std::string> files{PYPROF_BINARIES "/libshapes_stripped.so", PYPROF_BINARIES "/libplain_stripped.so"};
    std::error_code failed;
    const std::filesystem::path python = std::filesystem::canonical("/usr/bin/python3", failed);
    if (!failed) files.push_back(python);
    for (const char* folder : {"core", "_core"}) {
        const std::string path = std::string{"/usr/lib/python3/dist-packages/numpy/"} + folder;
        for (const auto& entry : std::filesystem::directory_iterator{path, failed}) {
            const std::string name = entry.path().filename();
            if (name.starts_with("_multiarray_umath") && name.ends_with(".so")) files.push_back(entry.path());
        }
    }
    return files;
}

TEST_CASE("function ranges are those that readelf prints") {
    for (const std::string& path : stripped_files()) {
        CAPTURE(path);
        const Result<ElfFile> file = ElfFile::open(path);
        REQUIRE(file);
        Ranges found;
        for (const Segment& range : read_function_ranges(*file)) found.emplace(range.begin, range.end);
        const Ranges expected = ranges_of_readelf(path);
        REQUIRE_FALSE(expected.empty());
        CHECK(found == expected);
    }
}

}  // namespace
}  // namespace pyprof::symbols
