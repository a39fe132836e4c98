#include "formats/html_block.h"

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "profile/views.h"
#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

using namespace pyprof;
using formats::html_block;
using nlohmann::json;

namespace {

struct Block {
    json header;
    std::map<std::string, std::vector<std::uint32_t>> columns;
    json sources;
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
    Block block{json::parse(bytes.substr(12, length)), {}, {}};
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
    CHECK(at + block.header.at("sources_bytes").get<std::size_t>() == bytes.size());
    block.sources = json::parse(bytes.substr(at));
    return block;
}

}  // namespace

TEST_CASE("every weight and sample of a profile is in its block") {
    const profile::Profile profile = test_support::sample_profile();
    const Block block = read(html_block(profile, {}, 1'000'000));
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
    const Block block = read(html_block(profile, {}, 1'000'000));
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
    const Block block = read(html_block(profile, {}, 100));
    CHECK(block.columns.at("value.extra_low")[0] == 0xffffffff);
    CHECK(block.columns.at("value.extra_high")[0] == 0xffffffff);
}

TEST_CASE("names that are no UTF-8 do not stop the page") {
    profile::Profile profile = test_support::small_profile();
    profile.functions[0].name = "\xff\xfe name \xc3";
    CHECK_NOTHROW(read(html_block(profile, {}, 100)));
}

TEST_CASE("the block says what was folded away") {
    const profile::Profile profile = test_support::sample_profile();
    const Block block = read(html_block(profile, {}, 10));
    CHECK(block.columns.at("context.up").size() == 10);
    CHECK(block.header.at("pruned").at("contexts") == profile.contexts.size() - 10);
}

TEST_CASE("the border of worker threads is marked") {
    profile::Profile profile = test_support::small_profile();
    profile.functions.emplace_back().name = profile::worker_threads_name;
    const std::vector<std::uint32_t> flags = read(html_block(profile, {}, 100)).columns.at("function.flags");
    CHECK((flags.back() & 0x400) != 0);
    CHECK((flags.front() & 0x400) == 0);
}

TEST_CASE("contexts say what their time is") {
    const profile::Profile profile = test_support::sample_profile();
    const Block block = read(html_block(profile, {}, 1'000'000));
    const auto& columns = block.columns;
    const std::vector<std::uint32_t>& uses = columns.at("context.use");
    REQUIRE(uses.size() == profile.contexts.size());
    profile::Split sums{};
    std::uint32_t context = 0;
    for (std::size_t i = 0; i < columns.at("value.step").size(); ++i) {
        context += columns.at("value.step")[i];
        const std::uint64_t extra =
            std::uint64_t{columns.at("value.extra_high")[i]} << 32 | columns.at("value.extra_low")[i];
        sums[uses[context] >> 4 & 0xf] += columns.at("value.samples")[i] * profile.run.period_ns + extra;
    }
    CHECK(sums == profile::category_sums(profile));
    for (std::size_t i = 1; i < uses.size(); ++i) {
        const bool is_kernel = (uses[i] & 0x100) != 0;
        const std::uint32_t location = columns.at("context.location")[i];
        if (profile.functions[profile.locations[location].function].name == "stencil") CHECK(is_kernel);
    }
}

TEST_CASE("measures have columns of their own, which sum to what was counted") {
    const profile::Profile profile = test_support::measured_profile();
    const Block block = read(html_block(profile, {}, 2));
    for (std::size_t i = 0; i < profile.measures.size(); ++i) {
        const std::string name = "measure" + std::to_string(i);
        const auto& low = block.columns.at(name + ".weight_low");
        const auto& high = block.columns.at(name + ".weight_high");
        std::uint64_t sum = 0, expected = 0;
        for (std::size_t row = 0; row < low.size(); ++row) sum += std::uint64_t{high[row]} << 32 | low[row];
        for (const profile::Value& value : profile.measures[i].values) expected += value.weight;
        CHECK(sum == expected);
        CHECK(block.columns.at(name + ".thread").size() == low.size());
    }
}

TEST_CASE("counted calls have the time of each rank") {
    const Block block = read(html_block(test_support::counted_profile(), {}, 1'000'000));
    const json& calls = block.header.at("calls");
    CHECK(calls.at("ranks") == json{0, 1});
    const json& row = calls.at("rows").at(0);
    CHECK(row.at("call") == "MPI_Allreduce");
    CHECK(row.at("line") == 42);
    CHECK(row.at("counted").at("count") == 200);
    CHECK(row.at("counted").at("wait_state") == "collective");
    std::uint64_t time = 0;
    for (const std::size_t rank : {0U, 1U})
        time += std::uint64_t{block.columns.at("mpi.time_high")[rank]} << 32 | block.columns.at("mpi.time_low")[rank];
    CHECK(time == row.at("time_ns"));
}

TEST_CASE("whom a call waits for is absent where its function does not tell") {
    profile::Profile profile = test_support::counted_profile();
    for (profile::Call& call : profile.calls) call.kind = profile::CallKind::local;
    const Block block = read(html_block(profile, {}, 1'000'000));
    CHECK(!block.header.at("calls").at("rows").at(0).at("counted").contains("wait_state"));
}

TEST_CASE("the slices of each process stand one after the other") {
    const profile::Profile profile = test_support::sample_profile();
    const Block block = read(html_block(profile, {}, 1'000'000));
    const std::vector<std::string> names{"slice.python", "slice.native", "slice.mpi", "slice.other"};
    std::size_t at = 0;
    for (std::size_t i = 0; i < profile.processes.size(); ++i) {
        const json& process = block.header.at("processes").at(i);
        CHECK(process.at("slice_width_ns") == profile.processes[i].slice_width_ns);
        REQUIRE(process.at("slices").get<std::size_t>() * 4 == profile.processes[i].slices.size());
        for (std::size_t j = 0; j < profile.processes[i].slices.size(); ++j)
            CHECK(block.columns.at(names[j % 4]).at(at + j / 4) == profile.processes[i].slices[j]);
        at += process.at("slices").get<std::size_t>();
    }
    CHECK(at > 0);
    for (const std::string& name : names) CHECK(block.columns.at(name).size() == at);
}

TEST_CASE("a page says with what it opens") {
    const formats::PageParts parts{{}, {}, {3, "PAPI_TOT_INS"}};
    const Block block = read(html_block(test_support::small_profile(), parts, 100));
    CHECK(block.header.at("opening") == json{{"rank", 3}, {"metric", "PAPI_TOT_INS"}});
}

TEST_CASE("findings and source text travel with the profile") {
    const formats::PageParts parts{{"It waits."}, {{"a.py", 3, {"x = 1", "\xff\xfe"}, true}}};
    const Block block = read(html_block(test_support::small_profile(), parts, 100));
    CHECK(block.header.at("findings") == json{"It waits."});
    CHECK(block.sources.at(0).at("file") == "a.py");
    CHECK(block.sources.at(0).at("first_line") == 3);
    CHECK(block.sources.at(0).at("newer") == true);
    CHECK(block.header.at("opening") == json{{"rank", nullptr}, {"metric", ""}});
    CHECK(block.sources.at(0).at("lines").at(0) == "x = 1");
}
