#include "formats/html_facts.h"

#include <cmath>
#include <string>

#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

using namespace pyprof;
using formats::page_facts;
using nlohmann::json;

TEST_CASE("measures and their ratios count the time as 0") {
    const json facts = page_facts(test_support::measured_profile());
    REQUIRE(facts.at("measures").size() == 2);
    REQUIRE(facts.at("ratios").size() == 1);
    const json& ipc = facts["ratios"][0];
    CHECK(ipc.at("name") == "ipc");
    CHECK(facts["measures"].at(ipc.at("numerator").get<std::size_t>() - 1).at("name") == "PAPI_TOT_INS");
    CHECK(facts["measures"].at(ipc.at("denominator").get<std::size_t>() - 1).at("name") == "PAPI_TOT_CYC");
}

TEST_CASE("efficiencies come with the time of each rank, and are absent without ranks") {
    const json balance = page_facts(test_support::counted_profile()).at("balance");
    CHECK(balance.at("from") == "calls");
    CHECK(balance.at("ranks").size() == 2);
    CHECK(balance.at("parallel").get<double>() <= 1);
    const auto share = [&](const char* name) { return balance.at(name).get<double>(); };
    CHECK(std::abs(share("serialisation") * share("transfer") - share("communication")) < 1e-12);
    CHECK(page_facts(test_support::small_profile()).at("balance").is_null());
}

TEST_CASE("efficiencies that only counted calls tell are absent without them") {
    profile::Profile profile = test_support::counted_profile();
    profile.calls.clear();
    const json balance = page_facts(profile).at("balance");
    CHECK(balance.at("from") == "samples");
    CHECK(!balance.contains("serialisation"));
    CHECK(!balance.contains("transfer"));
}

TEST_CASE("what a mode cannot see is named") {
    profile::Profile profile = test_support::small_profile();
    profile.run.mode = "cpu";
    CHECK(page_facts(profile).at("unmeasured") == json{"io", "gil", "idle"});
    profile.run.mode = "wall";
    CHECK(page_facts(profile).at("unmeasured").empty());
}

TEST_CASE("sums over ranks stand with their thread") {
    profile::Profile profile = test_support::small_profile();
    profile.threads[0].summed = {7, 70, 30};
    const json thread = page_facts(profile).at("threads")[0];
    CHECK(thread.at("summed_ns") == 70);
    CHECK(thread.at("summed_mpi_ns") == 30);
}
