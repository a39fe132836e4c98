#include "formats/chrome.h"

#include <map>
#include <nlohmann/json.hpp>

#include "profile/sums.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

namespace pyprof::formats {
namespace {

using nlohmann::json;

json events_of(const profile::Profile& profile, const std::string& phase = "X") {
    json events = json::array();
    const json document = json::parse(chrome(profile));
    for (const json& event : document["traceEvents"])
        if (event["ph"] == phase) events.push_back(event);
    return events;
}

TEST_CASE("A slice has one event per category, as wide as its CPU time, one after the other") {
    const json events = events_of(test_support::sample_profile());
    REQUIRE(events.size() == 6);
    CHECK(events[0]["name"] == "python");
    CHECK(events[0]["ts"] == 0);
    CHECK(events[0]["dur"] == Approx(10 * 5025.125));
    CHECK(events[0]["args"]["samples"] == 10);
    CHECK(events[0]["args"]["ns"] == 50'251'250);
    CHECK(events[1]["name"] == "native");
    CHECK(events[1]["ts"] == Approx(10 * 5025.125));
    CHECK(events[2]["name"] == "mpi");
    CHECK(events[3]["ts"] == 1'000'000);
}

TEST_CASE("More CPU time than a slice is long shares it out") {
    profile::Profile profile = test_support::small_profile();
    profile.processes[0].slice_width_ns = 1 << 20;
    profile.processes[0].slices = {30, 10, 0, 0};
    const json events = events_of(profile);
    REQUIRE(events.size() == 2);
    CHECK(events[0]["dur"] == Approx(0.75 * (1 << 20) / 1000));
    CHECK(events[1]["ts"] == Approx(0.75 * (1 << 20) / 1000));
    CHECK(events[1]["dur"] == Approx(0.25 * (1 << 20) / 1000));
    CHECK(events[1]["args"]["samples"] == 10);
}

TEST_CASE("Ranks are processes with their names, in order") {
    const json names = events_of(test_support::sample_profile(), "M");
    std::map<int, std::string> processes;
    std::map<int, std::int64_t> order;
    for (const json& event : names) {
        if (event["name"] == "process_name") processes[event["pid"]] = event["args"]["name"];
        if (event["name"] == "process_sort_index") order[event["pid"]] = event["args"]["sort_index"];
    }
    CHECK(processes ==
          std::map<int, std::string>{{1, "rank 0 node01 1000"}, {2, "rank 1 node02 2000"}, {3, "rank 1 node02 2050"}});
    CHECK(order == std::map<int, std::int64_t>{{1, 0}, {2, 1}, {3, 1}});
}

TEST_CASE("Time begins where the first process began") {
    profile::Profile profile = test_support::hostile_profile();
    profile.processes[1].started_realtime_ns += 2'000'000;
    double first = 1e9;
    for (const json& event : events_of(profile))
        if (event["pid"] == 2) first = std::min(first, event["ts"].get<double>());
    CHECK(first == 2000);
}

TEST_CASE("Events sum to the slices, and never overlap on their track") {
    const profile::Profile profile = test_support::hostile_profile();
    std::uint64_t sum = 0;
    std::map<int, double> end;
    for (const json& event : events_of(profile)) {
        sum += event["args"]["ns"].get<std::uint64_t>();
        CHECK(event["ts"].get<double>() >= end[event["pid"]] * (1 - 1e-12));
        end[event["pid"]] = event["ts"].get<double>() + event["dur"].get<double>();
    }
    CHECK(sum == profile::sum_all(profile).weight);
}

}  // namespace
}  // namespace pyprof::formats
