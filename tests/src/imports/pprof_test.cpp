#include "imports/pprof.h"

#include <algorithm>
#include <map>

#include "formats/pprof.h"
#include "formats/pprof.pb.h"
#include "imports/gunzip.h"
#include "profile/select.h"
#include "profile/sums.h"
#include "profile/tree.h"
#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::imports {
namespace {

std::string message_of(const profile::Profile& profile) {
    const std::string packed = *formats::pprof(profile);
    return *gunzip(std::as_bytes(std::span{packed}));
}

// Exclusive weights by stack of names and lines, and by rank.
std::map<std::string, std::uint64_t> weights_of(const profile::Profile& profile) {
    std::map<std::string, std::uint64_t> weights;
    for (const profile::Value& value : profile.values) {
        const profile::Process& process = profile.processes[profile.threads[value.thread].process];
        std::string stack = std::to_string(process.rank) + " " + std::to_string(process.pid) + " " + process.host;
        for (const std::uint32_t context : profile::path_to(profile, value.context)) {
            const profile::Location& location = profile::location_of(profile, context);
            const std::string& name = profile.functions[location.function].name;
            stack += ";" + (name.empty() ? "(unnamed)" : name) + ":" + std::to_string(location.line) +
                     (location.inlined ? "i" : "");
        }
        weights[stack] += value.weight;
    }
    return weights;
}

TEST_CASE("What pyprof exports comes back: stacks, values, ranks, inlined frames") {
    const profile::Profile original = profile::without_machinery(test_support::sample_profile());
    const Result<profile::Profile> read = read_pprof(message_of(original));
    REQUIRE(read);
    CHECK(profile::sum_all(*read) == profile::sum_all(original));
    CHECK(read->metric == original.metric);
    CHECK(profile::ranks_of(*read) == profile::ranks_of(original));
    CHECK(read->run.wall_ns == original.run.wall_ns);
    CHECK(weights_of(*read) == weights_of(original));
}

pprof::Profile tiny() {
    pprof::Profile profile;
    for (const char* text : {"", "cpu", "milliseconds", "main", "samples", "count"}) profile.add_string_table(text);
    profile.add_sample_type()->set_type(4);
    profile.mutable_sample_type(0)->set_unit(5);
    profile.add_sample_type()->set_type(1);
    profile.mutable_sample_type(1)->set_unit(2);
    profile.add_function()->set_id(9);
    profile.mutable_function(0)->set_name(3);
    pprof::Location& location = *profile.add_location();
    location.set_id(4);
    location.add_line()->set_function_id(9);
    location.mutable_line(0)->set_line(17);
    pprof::Sample& sample = *profile.add_sample();
    sample.add_location_id(4);
    sample.add_value(3);
    sample.add_value(30);
    return profile;
}

TEST_CASE("Other units become nanoseconds, and the last type is the metric where none is the default") {
    const Result<profile::Profile> read = read_pprof(tiny().SerializeAsString());
    REQUIRE(read);
    CHECK(read->metric == profile::Metric{"cpu", "nanoseconds"});
    CHECK(profile::sum_all(*read).weight == 30'000'000);
    CHECK(profile::sum_all(*read).samples == 3);
    CHECK(read->locations.front().line == 17);
}

TEST_CASE("Names that are no UTF-8 are names") {
    pprof::Profile profile = tiny();
    *profile.mutable_string_table(3) = "m\xff";
    const Result<profile::Profile> read = read_pprof(profile.SerializeAsString());
    REQUIRE(read);
    CHECK(read->functions.front().name == "m\xff");
}

TEST_CASE("Addresses without names are named by module and offset") {
    pprof::Profile profile = tiny();
    profile.add_string_table("/lib/libx.so");
    pprof::Mapping& mapping = *profile.add_mapping();
    mapping.set_id(1);
    mapping.set_memory_start(0x1000);
    mapping.set_file_offset(0x200);
    mapping.set_filename(6);
    profile.mutable_location(0)->clear_line();
    profile.mutable_location(0)->set_mapping_id(1);
    profile.mutable_location(0)->set_address(0x1034);
    const Result<profile::Profile> read = read_pprof(profile.SerializeAsString());
    REQUIRE(read);
    CHECK(read->functions.front().name == "libx.so!0x234");
    CHECK(!read->functions.front().named);
}

TEST_CASE("Files that contradict themselves are errors") {
    const auto fails = [](auto change, const char* part) {
        pprof::Profile profile = tiny();
        change(profile);
        const Result<profile::Profile> read = read_pprof(profile.SerializeAsString());
        REQUIRE(!read);
        CHECK(read.error().message().find(part) != std::string::npos);
    };
    fails([](auto& p) { p.mutable_sample(0)->set_value(1, -1); }, "difference of two");
    fails([](auto& p) { p.mutable_sample(0)->add_value(1); }, "damaged");
    fails([](auto& p) { p.mutable_sample(0)->set_location_id(0, 5); }, "location");
    fails([](auto& p) { p.clear_sample_type(); }, "type of samples");
    fails([](auto& p) { p.clear_sample(); }, "no stack");
    CHECK(!read_pprof("no message at all"));
}

TEST_CASE("A small file cannot ask for a large walk") {
    pprof::Profile profile = tiny();
    for (int i = 0; i < 3000; i++) profile.mutable_location(0)->add_line();
    for (int i = 0; i < 3000; i++) *profile.add_sample() = profile.sample(0);
    const Result<profile::Profile> read = read_pprof(profile.SerializeAsString());
    REQUIRE(!read);
    CHECK(read.error().message().find("far larger") != std::string::npos);
}

}  // namespace
}  // namespace pyprof::imports
