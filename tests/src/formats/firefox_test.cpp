#include "formats/firefox.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <zlib.h>

#include "profile/sums.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

namespace pyprof::formats {
namespace {

using nlohmann::json;

json exported(const profile::Profile& profile) {
    const std::string bytes = firefox(profile);
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::string text(16 << 20, '\0');
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
    text.resize(stream.total_out);
    inflateEnd(&stream);
    return json::parse(text);
}

// Every column of a table has its length.
void check_columns(const json& table) {
    for (const auto& [name, column] : table.items())
        if (column.is_array()) CHECK(column.size() == table["length"]);
}

TEST_CASE("Samples have a stack, a weight in milliseconds, and the CPU time since the one before") {
    const json document = exported(test_support::small_profile());
    REQUIRE(document["threads"].size() == 1);
    const json& thread = document["threads"][0];
    CHECK(thread["name"] == "100 python3");
    CHECK(thread["pid"] == "100@here");
    CHECK(thread["isMainThread"] == true);
    const json& samples = thread["samples"];
    CHECK(samples["stack"] == json::array({nullptr, 0, 1}));
    CHECK(samples["weight"][2] == Approx(30 * 5.025125));
    CHECK(samples["time"][2] == Approx(40 * 5.025125));
    CHECK(samples["threadCPUDelta"] == json::array({0, 50'251'250, 150'753'750}));
    CHECK(samples["weightType"] == "tracing-ms");
    const json& shared = document["shared"];
    CHECK(shared["stackTable"]["prefix"] == json::array({nullptr, 0}));
    const std::size_t frame = shared["stackTable"]["frame"][0];
    CHECK(shared["frameTable"]["line"][frame] == 12);
    const std::size_t function = shared["frameTable"]["func"][frame];
    CHECK(shared["funcTable"]["lineNumber"][function] == 10);
    CHECK(shared["stringArray"][shared["funcTable"]["name"][function].get<std::size_t>()] == "main");
}

TEST_CASE("Tables are whole, indices lie within them, and callers come first") {
    const json document = exported(test_support::hostile_profile());
    const json& shared = document["shared"];
    for (const auto& [name, table] : shared.items())
        if (table.is_object()) check_columns(table);
    for (std::size_t i = 0; i < shared["stackTable"]["length"]; i++) {
        const json& prefix = shared["stackTable"]["prefix"][i];
        REQUIRE((prefix.is_null() || (prefix.is_number() && prefix < i)));
        REQUIRE(shared["stackTable"]["frame"][i] < shared["frameTable"]["length"]);
    }
    for (const json& function : shared["frameTable"]["func"]) REQUIRE(function < shared["funcTable"]["length"]);
    for (const json& resource : shared["funcTable"]["resource"])
        REQUIRE((resource == -1 || resource < document["libs"].size()));
    for (const json& category : shared["frameTable"]["category"])
        REQUIRE(category < document["meta"]["categories"].size());
    CHECK(document["libs"].size() == 4);
}

TEST_CASE("Weights sum to the total, and every thread is told apart") {
    const profile::Profile profile = test_support::sample_profile();
    const json document = exported(profile);
    CHECK(document["threads"].size() == 5);
    std::set<std::pair<std::string, int>> threads;
    double sum = 0;
    for (const json& thread : document["threads"]) {
        threads.emplace(thread["pid"], thread["tid"]);
        check_columns(thread["samples"]);
        check_columns(thread["markers"]);
        for (const json& weight : thread["samples"]["weight"]) sum += weight.get<double>();
    }
    CHECK(threads.size() == 5);
    CHECK(sum == Approx(static_cast<double>(profile::sum_all(profile).weight) * 1e-6));
}

TEST_CASE("Samples with moments stand where they were taken, and equal ones of one instant are one") {
    profile::Profile profile = test_support::small_profile();
    profile.processes[0].moment_stride_ns = 20'000'000;
    const auto last = static_cast<std::uint32_t>(profile.contexts.size() - 1);
    profile.moments = {{4, last, 0}, {4, last, 0}, {4, 1, 0}, {100, last, 0}};
    const json samples = exported(profile)["threads"][0]["samples"];
    CHECK(samples["weight"] == json::array({0, 40.0, 20.0, 20.0}));
    const double unit_ms = static_cast<double>(profile::moment_unit_ns) * 1e-6;
    CHECK(samples["time"][1] == Approx(4 * unit_ms));
    CHECK(samples["time"][2] == samples["time"][1]);
    CHECK(samples["time"][3] == Approx(100 * unit_ms));
    CHECK(samples["stack"][1] == samples["stack"][3]);
}

TEST_CASE("Processes without moments keep their order of the tree beside others with them") {
    profile::Profile profile = test_support::sample_profile();
    profile.processes[0].moment_stride_ns = 1'000'000;
    profile.moments = {{1, 1, 0}};
    double told = 0, others = 0;
    const json document = exported(profile);
    for (const json& thread : document["threads"])
        for (const json& weight : thread["samples"]["weight"])
            (thread["pid"] == "1000@node01" ? told : others) += weight.get<double>();
    CHECK(told == Approx(1));
    std::uint64_t expected = 0;
    for (const profile::Value& value : profile.values)
        if (profile.threads[value.thread].process != 0) expected += value.weight;
    CHECK(others == Approx(static_cast<double>(expected) * 1e-6));
}

TEST_CASE("A later process begins later") {
    profile::Profile profile = test_support::sample_profile();
    profile.processes[1].started_realtime_ns += 2'000'000;
    const json document = exported(profile);
    CHECK(document["threads"][0]["samples"]["time"][0] == 0);
    CHECK(document["threads"][2]["samples"]["time"][0] == 2);
}

TEST_CASE("Wall time is no CPU time, and counts are no time") {
    profile::Profile profile = test_support::small_profile();
    profile.run.mode = "wall";
    CHECK_FALSE(exported(profile)["threads"][0]["samples"].contains("threadCPUDelta"));
    profile.metric = {"allocations", "count"};
    const json samples = exported(profile)["threads"][0]["samples"];
    CHECK(samples["weightType"] == "samples");
    CHECK(samples["weight"][1] == 10 * test_support::ProfileBuilder::period_ns);
}

TEST_CASE("A profile without values still has a thread") {
    CHECK(exported(test_support::ProfileBuilder{}.build())["threads"].size() == 1);
}

}  // namespace
}  // namespace pyprof::formats
