#include "formats/html_block.h"

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

using namespace pyprof;
using formats::html_block;
using nlohmann::json;

namespace {

struct Block {
    json header;
    std::map<std::string, std::vector<std::uint32_t>> columns;
};

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
    return value;
}

// Reads a block by its description, one number at a time.
Block read(const std::string& bytes) {
    REQUIRE(bytes.substr(0, 8) == "pyprofh1");
    const std::size_t length = number_at(bytes, 8);
    Block block{json::parse(bytes.substr(12, length)), {}};
    std::size_t at = 12 + length;
    for (const json& column : block.header.at("columns")) {
        std::vector<std::uint32_t>& values = block.columns[column.at("name").get<std::string>()];
        const auto size = column.at("length").get<std::size_t>();
        for (std::size_t i = 0; i < size; ++i) {
            std::uint32_t number = 0;
            for (std::size_t plane = 0; plane < 4; ++plane) {
                number |= std::uint32_t{static_cast<unsigned char>(bytes.at(at + plane * size + i))} << 8 * plane;
            }
            values.push_back(number);
        }
        at += 4 * size;
    }
    CHECK(at == bytes.size());
    return block;
}

}  // namespace

TEST_CASE("every weight and sample of a profile is in its block") {
    const profile::Profile profile = test_support::sample_profile();
    const Block block = read(html_block(profile, 1'000'000));
    std::uint64_t samples = 0, weight = 0;
    const auto& columns = block.columns;
    for (std::size_t i = 0; i < columns.at("value.samples").size(); ++i) {
        const std::uint64_t extra =
            std::uint64_t{columns.at("value.extra_high")[i]} << 32 | columns.at("value.extra_low")[i];
        samples += columns.at("value.samples")[i];
        weight += columns.at("value.samples")[i] * profile.run.period_ns + extra;
    }
    std::uint64_t expected_samples = 0, expected_weight = 0;
    for (const profile::Value& value : profile.values) {
        expected_samples += value.samples;
        expected_weight += value.weight;
    }
    CHECK(samples == expected_samples);
    CHECK(weight == expected_weight);
}

TEST_CASE("functions keep name, file, line, module and flags") {
    const profile::Profile profile = test_support::sample_profile();
    const Block block = read(html_block(profile, 1'000'000));
    const auto& columns = block.columns;
    REQUIRE(columns.at("function.name").size() == profile.functions.size());
    for (std::size_t i = 0; i < profile.functions.size(); ++i) {
        const profile::Function& function = profile.functions[i];
        CHECK(block.header.at("strings")[columns.at("function.name")[i]] == function.name);
        CHECK(block.header.at("strings")[columns.at("function.file")[i]] == function.file);
        CHECK(columns.at("function.line")[i] == function.first_line);
        CHECK(columns.at("function.module")[i] == function.module);
        const std::uint32_t flags = columns.at("function.flags")[i];
        CHECK((flags & 0xff) == static_cast<std::uint32_t>(function.domain));
        CHECK(((flags & 0x100) != 0) == function.machinery);
        CHECK(((flags & 0x200) != 0) == function.named);
    }
}

TEST_CASE("a weight below samples × period is exact") {
    profile::Profile profile = test_support::small_profile();
    REQUIRE(!profile.values.empty());
    profile.values[0].weight = profile.values[0].samples * profile.run.period_ns - 1;
    const Block block = read(html_block(profile, 100));
    CHECK(block.columns.at("value.extra_low")[0] == 0xffffffff);
    CHECK(block.columns.at("value.extra_high")[0] == 0xffffffff);
}

TEST_CASE("names that are no UTF-8 do not stop the page") {
    profile::Profile profile = test_support::small_profile();
    profile.functions[0].name = "\xff\xfe name \xc3";
    CHECK_NOTHROW(read(html_block(profile, 100)));
}

TEST_CASE("the block says what was folded away") {
    const profile::Profile profile = test_support::sample_profile();
    const Block block = read(html_block(profile, 10));
    CHECK(block.columns.at("context.up").size() == 10);
    CHECK(block.header.at("pruned").at("contexts") == profile.contexts.size() - 10);
}

TEST_CASE("the border of worker threads is marked") {
    profile::Profile profile = test_support::small_profile();
    profile.functions.emplace_back().name = profile::worker_threads_name;
    const std::vector<std::uint32_t> flags = read(html_block(profile, 100)).columns.at("function.flags");
    CHECK((flags.back() & 0x400) != 0);
    CHECK((flags.front() & 0x400) == 0);
}
