#include "report/json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "profile/sums.h"
#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::report {
namespace {

nlohmann::json parsed(const profile::Profile& profile, const Options& options = {}) {
    const Result<profile::Profile> prepared = prepare(profile, options);
    REQUIRE(prepared);
    return nlohmann::json::parse(json(*prepared, options));
}

TEST_CASE("Every list is there, and exclusive values sum to the total") {
    const profile::Profile profile = test_support::sample_profile();
    const nlohmann::json report = parsed(profile);
    CHECK(report["schema"] == "pyprof.report/1");
    for (const char* list : {"functions", "lines", "kernels", "mpi", "ranks", "threads", "processes", "modules"}) {
        CAPTURE(list);
        CHECK(!report.at(list).empty());
    }
    const std::uint64_t total = profile::sum_all(profile).weight;
    for (const char* list : {"functions", "threads", "processes", "ranks"}) {
        std::uint64_t sum = 0;
        for (const nlohmann::json& entry : report.at(list)) sum += entry["self"]["cpu"].get<std::uint64_t>();
        CHECK(sum == total);
    }
    std::uint64_t categories = 0;
    for (const nlohmann::json& part : report["categories"])
        categories += part.is_null() ? 0 : part.get<std::uint64_t>();
    CHECK(categories == total);
}

TEST_CASE("What the mode cannot see is null, not 0") {
    const nlohmann::json report = parsed(test_support::sample_profile());
    for (const char* category : {"io", "gil", "idle"}) CHECK(report["categories"][category].is_null());
    CHECK(report["categories"]["mpi"].is_number());
    CHECK(report["mpi"][0]["count"].is_null());
    CHECK(report["mpi"][0]["wait_ns"].is_null());
    CHECK(report["mpi"][0]["time_ns"] == 103 * 5'025'125);
    CHECK(parsed(test_support::small_profile())["functions"][0]["ranks"].is_null());
}

TEST_CASE("Counted calls have figures that samples cannot give") {
    const nlohmann::json report = parsed(test_support::counted_profile());
    REQUIRE(report["mpi"].size() == 1);
    const nlohmann::json& row = report["mpi"][0];
    CHECK(row["call"] == "MPI_Allreduce");
    CHECK(row["line"] == 42);
    CHECK(row["kind"] == "collective");
    CHECK(row["count"] == 200);
    CHECK(row["bytes"] == 204'800);
    CHECK(row["time_ns"] == 2'020'000'000);
    CHECK(row["wait_ns"] == 2'020'000'000 - 200 * 150'000);
    CHECK(row["wait"] == "at_most");
    CHECK(row["samples"] == 103);
    CHECK(row["ranks"]["argmax"] == 1);
    CHECK(row["wait_ranks"]["argmin"] == 0);
    CHECK(row["wait_ranks"]["min"] == 5'000'000);
}

TEST_CASE("Useful and lost time of the ranks make up all of it") {
    const auto balance = parsed(test_support::sample_profile())["balance"];
    const double elapsed = 2 * balance["elapsed_ns"].get<double>();
    const double lost =
        balance["lost_ns"]["imbalance"].get<double>() + balance["lost_ns"]["communication"].get<double>();
    CHECK(std::abs(1 - lost / elapsed - balance["parallel_efficiency"].get<double>()) < 1e-9);
    CHECK(parsed(test_support::small_profile())["balance"].is_null());
}

TEST_CASE("Every exclusive value lies in its interval") {
    const nlohmann::json report = parsed(test_support::sample_profile());
    for (const nlohmann::json& entry : report["functions"]) {
        const double value = entry["self"]["cpu"];
        CHECK(entry["ci"]["cpu"][0] <= value + 1);
        CHECK(entry["ci"]["cpu"][1] >= value - 1);
    }
}

TEST_CASE("Counters and their ratios stand beside the time in every list") {
    const profile::Profile profile = test_support::measured_profile();
    const nlohmann::json report = parsed(profile);
    std::vector<std::string> names;
    for (const nlohmann::json& metric : report["metrics"]) names.push_back(metric["name"]);
    CHECK(names == std::vector<std::string>{"cpu", "samples", "PAPI_TOT_CYC", "PAPI_TOT_INS", "ipc"});
    for (const char* list : {"functions", "threads", "processes"}) {
        std::uint64_t cycles = 0;
        for (const nlohmann::json& entry : report.at(list)) {
            const nlohmann::json& self = entry["self"];
            cycles += self["PAPI_TOT_CYC"].get<std::uint64_t>();
            if (self["PAPI_TOT_CYC"] == 0) CHECK(self["ipc"].is_null());
        }
        CHECK(cycles == profile::sum_all(profile).measures[0]);
    }
    const nlohmann::json cycles = parsed(profile, {.metric = "PAPI_TOT_CYC"});
    CHECK(cycles["metrics"][0]["name"] == "PAPI_TOT_CYC");
    CHECK(cycles["processes"][0]["self"]["ipc"] == report["processes"][0]["self"]["ipc"]);
}

TEST_CASE("Names that are not UTF-8 do not spoil the document") {
    profile::Profile profile = test_support::small_profile();
    profile.functions[0].name = "bad \xff name";
    CHECK(parsed(profile)["functions"].size() == 2);
}

TEST_CASE("A limit shortens every list, a rank restricts it") {
    CHECK(parsed(test_support::sample_profile(), {.limit = 2})["functions"].size() == 2);
    const nlohmann::json one = parsed(test_support::sample_profile(), {.rank = 1});
    CHECK(one["processes"].size() == 2);
    CHECK(one["ranks"].size() == 1);
}

TEST_CASE("Samples as the metric replace time") {
    const nlohmann::json report = parsed(test_support::small_profile(), {.metric = "samples"});
    CHECK(report["metrics"].size() == 1);
    CHECK(report["functions"][0]["self"] == nlohmann::json{{"samples", 30}});
}

}  // namespace
}  // namespace pyprof::report
