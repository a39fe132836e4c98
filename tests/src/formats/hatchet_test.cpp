#include "formats/hatchet.h"

#include <map>
#include <nlohmann/json.hpp>

#include "profile/sums.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

namespace pyprof::formats {
namespace {

using nlohmann::json;

json exported(const profile::Profile& profile, Granularity granularity = Granularity::function) {
    const Result<std::string> text = hatchet(profile, granularity);
    REQUIRE(text);
    return json::parse(*text);
}

TEST_CASE("Nodes are a tree, and each has its figures") {
    const json document = exported(test_support::small_profile());
    const json& graph = document["graph"][0];
    REQUIRE(graph.size() == 2);
    CHECK(graph["0"]["data"]["name"] == "main");
    CHECK(graph["0"]["children"] == json::array({1}));
    CHECK(graph["1"]["children"].empty());
    CHECK(document["dataframe_indices"] == json::array({"node"}));
    const json& row = document["dataframe"][0];
    CHECK(row["node"] == 0);
    CHECK(row["samples"] == 10);
    CHECK(row["samples (inc)"] == 40);
    CHECK(row["time (inc)"] == Approx(40 * test_support::ProfileBuilder::period_ns * 1e-9));
    CHECK(row["file"] == "/home/user/app.py");
    CHECK(row["line"] == 10);
    CHECK_FALSE(row.contains("rank"));
}

TEST_CASE("Every node has a row on every rank, and exclusive times sum to the total") {
    const profile::Profile profile = test_support::sample_profile();
    const json document = exported(profile, GENERATE(Granularity::function, Granularity::line));
    CHECK(document["dataframe_indices"] == json::array({"node", "rank"}));
    CHECK(document["dataframe"].size() == 2 * document["graph"][0].size());
    double sum = 0;
    std::map<int, double> by_rank;
    for (const json& row : document["dataframe"]) by_rank[row["rank"]] += row["time"].get<double>();
    for (const auto& [rank, time] : by_rank) sum += time;
    CHECK(by_rank.size() == 2);
    CHECK(sum == Approx(static_cast<double>(profile::sum_all(profile).weight) * 1e-9));
}

TEST_CASE("Processes without a rank are rank -1 beside those that have one") {
    test_support::ProfileBuilder make;
    const std::uint32_t frame = make.path(0, {make.location(make.python("f", "a.py", 1), 1)});
    make.add(frame, make.thread(make.process(0, 1, "here"), 1, "", true), 1);
    make.add(frame, make.thread(make.process(-1, 2, "here"), 2, "", true), 2);
    const json rows = exported(make.build())["dataframe"];
    REQUIRE(rows.size() == 2);
    CHECK(rows[0]["rank"] == -1);
    CHECK(rows[0]["samples"] == 2);
    CHECK(rows[1]["samples"] == 1);
}

TEST_CASE("Counters are columns") {
    const json document = exported(test_support::measured_profile());
    CHECK(document["exclusive_metrics"] == json::array({"time", "samples", "PAPI_TOT_CYC", "PAPI_TOT_INS"}));
    std::uint64_t sum = 0;
    for (const json& row : document["dataframe"]) sum += row["PAPI_TOT_CYC"].get<std::uint64_t>();
    CHECK(sum == 4'000'000);
}

TEST_CASE("A stack is no deeper than Hatchet can go") {
    const json document = exported(test_support::sample_profile());
    bool found = false;
    for (const json& node : document["graph"][0]) found = found || node["data"]["name"] == "(deeper frames)";
    CHECK(found);
    CHECK(document["graph"][0].size() < most_hatchet_frames + 50);
}

TEST_CASE("A profile without values still has a node") {
    const json document = exported(test_support::ProfileBuilder{}.build());
    CHECK(document["graph"][0]["0"]["data"]["name"] == "(no samples)");
    CHECK(document["dataframe"].size() == 1);
}

TEST_CASE("More rows than can be read are an error that says what to do") {
    test_support::ProfileBuilder make;
    std::uint32_t thread = 0;
    constexpr std::int32_t ranks = 5000;
    for (std::int32_t rank = 0; rank < ranks; rank++)
        thread = make.thread(make.process(rank, rank + 1, "here"), 1, "", true);
    for (std::uint32_t line = 1; line <= most_hatchet_rows / ranks + 1; line++)
        make.add(make.path(0, {make.location(make.python("f", "a.py", line), line)}), thread, 1);
    const Result<std::string> text = hatchet(make.build(), Granularity::function);
    REQUIRE_FALSE(text);
    CHECK(text.error().message().find("--rank") != std::string::npos);
}

}  // namespace
}  // namespace pyprof::formats
