#include "formats/speedscope.h"

#include <nlohmann/json.hpp>

#include "profile/sums.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

namespace pyprof::formats {
namespace {

using nlohmann::json;

json exported(const profile::Profile& profile, Granularity granularity = Granularity::function) {
    return json::parse(speedscope(profile, granularity));
}

TEST_CASE("Every thread is a profile whose weights match its samples and sum to the total") {
    const profile::Profile profile = test_support::sample_profile();
    const json document = exported(profile, GENERATE(Granularity::function, Granularity::line));
    CHECK(document["$schema"] == "https://www.speedscope.app/file-format-schema.json");
    CHECK(document["profiles"].size() == 5);
    const std::size_t frames = document["shared"]["frames"].size();
    std::uint64_t total = 0;
    for (const json& one : document["profiles"]) {
        REQUIRE(one["samples"].size() == one["weights"].size());
        std::uint64_t sum = 0;
        for (const json& weight : one["weights"]) sum += weight.get<std::uint64_t>();
        CHECK(one["endValue"] == sum);
        total += sum;
        for (const json& sample : one["samples"]) {
            for (const json& frame : sample) REQUIRE(frame.get<std::size_t>() < frames);
        }
    }
    CHECK(total == profile::sum_all(profile).weight);
}

TEST_CASE("A very deep stack loses its middle to one frame that says so") {
    const json document = exported(test_support::sample_profile());
    std::size_t deepest = 0;
    for (const json& one : document["profiles"]) {
        for (const json& sample : one["samples"]) deepest = std::max(deepest, sample.size());
    }
    CHECK(deepest == most_speedscope_frames);
    const std::string last = document["shared"]["frames"].back()["name"];
    // The frames above the recursion: two of the interpreter and the module.
    CHECK(last == "… " + std::to_string(test_support::deep_frames + 3 - most_speedscope_frames + 1) + " frames elided");
}

TEST_CASE("Profiles are named by rank, host, process and thread") {
    const json document = exported(test_support::sample_profile());
    CHECK(document["profiles"][0]["name"] == "rank 0 node01 1000/1000 python3");
    CHECK(document["profiles"][3]["name"] == "rank 1 node02 2000 ended threads");
}

TEST_CASE("A profile without values still opens") {
    const json document = exported(test_support::ProfileBuilder{}.build());
    REQUIRE(document["profiles"].size() == 1);
    CHECK(document["profiles"][0]["samples"].empty());
}

}  // namespace
}  // namespace pyprof::formats
