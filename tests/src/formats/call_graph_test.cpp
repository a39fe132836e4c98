#include "formats/call_graph.h"

#include <map>
#include <numeric>

#include "profile/sums.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

namespace pyprof::formats {
namespace {

constexpr std::uint64_t period = test_support::ProfileBuilder::period_ns;

const CallGraph::Function& named(const CallGraph& graph, const std::string& name) {
    for (const CallGraph::Function& function : graph.functions)
        if (function.frame.name == name) return function;
    FAIL("no function " << name);
    return graph.functions[0];
}

TEST_CASE("A call holds what the callee cost itself and with all it called") {
    const CallGraph graph = call_graph(test_support::small_profile());
    REQUIRE(graph.functions.size() == 3);
    REQUIRE(graph.calls.size() == 2);
    const CallGraph::Call& first = graph.calls[0];
    CHECK(graph.functions[first.caller].frame.name == "(root)");
    CHECK(graph.functions[first.callee].frame.name == "main");
    CHECK(first.self == Figures{10 * period, 10});
    CHECK(first.total == Figures{40 * period, 40});
    const CallGraph::Call& second = graph.calls[1];
    CHECK(graph.functions[second.caller].frame.name == "main");
    CHECK(second.line == 12);
    CHECK(second.total == Figures{30 * period, 30});
}

TEST_CASE("Lines hold exclusive figures, and those of all lines sum to the total") {
    const profile::Profile profile = test_support::sample_profile();
    const CallGraph graph = call_graph(profile);
    std::uint64_t sum = 0;
    for (const CallGraph::Line& line : graph.lines) sum += line.self[0];
    CHECK(sum == profile::sum_all(profile).weight);
    CHECK(graph.functions[0].total[0] == sum);
}

// The slow twin walks every stack of its own.
TEST_CASE("Totals count recursion once per stack, as a walk over every stack finds them") {
    const profile::Profile profile = test_support::sample_profile();
    const CallGraph graph = call_graph(profile);
    std::map<std::string, std::uint64_t> totals;
    for (const profile::Value& value : profile.values) {
        std::map<std::string, bool> seen;
        for (std::uint32_t at = value.context; at != 0; at = profile.contexts[at].parent) {
            const std::string& name = profile.functions[profile.locations[profile.contexts[at].location].function].name;
            if (!seen[name]) totals[name] += value.weight;
            seen[name] = true;
        }
    }
    for (const auto& [name, total] : totals) CHECK(named(graph, name.empty() ? "(unnamed)" : name).total[0] == total);
}

TEST_CASE("The totals of all calls of a function sum to its own") {
    const CallGraph graph = call_graph(test_support::sample_profile());
    std::vector<std::uint64_t> sums(graph.functions.size());
    for (const CallGraph::Call& call : graph.calls) sums[call.callee] += call.total[0];
    for (std::size_t i = 1; i < sums.size(); i++) CHECK(sums[i] == graph.functions[i].total[0]);
}

TEST_CASE("Measures are figures too") {
    const CallGraph graph = call_graph(test_support::measured_profile());
    REQUIRE(graph.metrics.size() == 4);
    CHECK(graph.metrics[2].name == "PAPI_TOT_CYC");
    CHECK(graph.functions[0].total == Figures{40 * period, 40, 4'000'000, 6'000'050});
}

TEST_CASE("Samples without a stack are the root's own") {
    test_support::ProfileBuilder make;
    make.add(0, make.thread(make.process(-1, 1, "here"), 1, "", true), 1);
    const CallGraph graph = call_graph(make.build());
    REQUIRE(graph.lines.size() == 1);
    CHECK(graph.lines[0].self == Figures{period, 1});
    CHECK(graph.calls.empty());
}

}  // namespace
}  // namespace pyprof::formats
