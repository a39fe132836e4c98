#include "symbols/cache.h"

#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::symbols {
namespace {

const CacheKey key{"0123456789abcdef", "made from this"};

ModuleIndex example() {
    ModuleIndex index;
    index.source = SymbolSource::dynsym;
    index.units_known = 1;
    index.symbols = {{100, 120, index.texts.add("evolve"), 0}};
    index.ranges = {{100, 130, 0, 0}};
    index.shown_names = {{index.texts.add("_Z6evolvev"), index.texts.add("evolve")}};
    index.lines.functions.own().push_back(
        {.name = index.texts.add("evolve"), .file = index.texts.add("heat.c"), .first_line = 3});
    index.lines.scopes = {Scope{}};
    index.lines.segments = {{100, 120, 0, 0}};
    index.lines.rows = {{100, 120, 0, 4}};
    index.lines.units = {{.rows_end = 1, .segments_end = 1}};
    index.lines.unit_ranges = {{100, 120, 0, 0}};
    return index;
}

std::filesystem::path only_file_in(const std::filesystem::path& folder) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
        if (entry.is_regular_file()) return entry.path();
    }
    return {};
}

TEST_CASE("an index comes back from the cache as it was") {
    const test_support::TemporaryFolder folder;
    const ModuleIndex index = example();
    REQUIRE(write_cache(folder.path(), key, index));
    const std::optional<ModuleIndex> read = read_cache(folder.path(), key);
    REQUIRE(read);
    CHECK(read->source == SymbolSource::dynsym);
    CHECK(read->units_known == 1);
    CHECK(read->texts[read->symbols[0].value] == "evolve");
    CHECK(read->ranges[0].end == 130);
    CHECK(read->texts[read->shown_names[0].shown] == "evolve");
    CHECK(read->lines.rows[0].line == 4);
    CHECK(read->texts[read->lines.functions[0].file] == "heat.c");
    CHECK(read->lines.unit_ranges.size() == 1);
}

TEST_CASE("an index of another library or of other files is not used") {
    const test_support::TemporaryFolder folder;
    REQUIRE(write_cache(folder.path(), key, example()));
    CHECK_FALSE(read_cache(folder.path(), {"0123456789abcdee", "made from this"}));
    CHECK_FALSE(read_cache(folder.path(), {key.build_id, "made from that"}));
    CHECK(read_cache(folder.path(), {key.build_id, ""}));
}

TEST_CASE("no damaged cache file is used") {
    const test_support::TemporaryFolder folder;
    REQUIRE(write_cache(folder.path(), key, example()));
    const std::filesystem::path path = only_file_in(folder.path());
    std::ifstream stream{path, std::ios::binary};
    const std::string whole{std::istreambuf_iterator<char>{stream}, {}};
    for (std::size_t at = 0; at < whole.size(); at++) {
        CAPTURE(at);
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        std::ofstream{path, std::ios::binary} << damaged;
        REQUIRE_FALSE(read_cache(folder.path(), key));
        std::ofstream{path, std::ios::binary} << whole.substr(0, at);
        REQUIRE_FALSE(read_cache(folder.path(), key));
    }
}

TEST_CASE("a cache that cannot be written is an error without traces") {
    const test_support::TemporaryFolder folder;
    const std::string file = folder / "file";
    std::ofstream{file} << "not a folder";
    CHECK_FALSE(write_cache(file, key, example()));
    CHECK_FALSE(write_cache("", key, example()));
    CHECK_FALSE(read_cache("", key));
    CHECK(only_file_in(folder.path()) == file);
}

TEST_CASE("a build id that is no build id names no file") {
    CHECK(may_be_cached("0123456789abcdef"));
    for (const char* id : {"", "abc", "../../etc/passwd", "ABCDEF", "0123/567"}) CHECK_FALSE(may_be_cached(id));
    CHECK_FALSE(may_be_cached(std::string(129, 'a')));
}

TEST_CASE("the cache lies where the environment says") {
    const auto with = [](const char* cache, const char* home) {
        cache == nullptr ? unsetenv("XDG_CACHE_HOME") : setenv("XDG_CACHE_HOME", cache, 1);
        home == nullptr ? unsetenv("HOME") : setenv("HOME", home, 1);
        return default_cache_folder();
    };
    CHECK(with("/c", "/h") == "/c/pyprof");
    CHECK(with("relative", "/h") == "/h/.cache/pyprof");
    CHECK(with(nullptr, "/h") == "/h/.cache/pyprof");
    CHECK(with(nullptr, nullptr).empty());
}

}  // namespace
}  // namespace pyprof::symbols
