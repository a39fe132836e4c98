#include "report/diff_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::report {
namespace {

using nlohmann::json;

diff::Difference sample() {
    return *diff::difference_of({"a", test_support::sample_profile()}, {"b", test_support::small_profile()}, false);
}

TEST_CASE("The document has the whole difference") {
    const diff::Difference difference = sample();
    const json document = json::parse(diff_json(difference, 0, std::nullopt));
    CHECK(document["schema"] == "pyprof.diff/1");
    CHECK(document["unit"] == "nanoseconds");
    CHECK(document["by_rank"] == true);
    CHECK(document["functions"].size() == difference.functions.size());
    CHECK(document["lines"].size() == difference.lines.size());
    CHECK(document["fail_over"].is_null());
    double sum = 0;
    for (const json& function : document["functions"]) sum += function["self"]["delta"].get<double>();
    CHECK(std::abs(sum - document["total"]["delta"].get<double>()) < 1);
    CHECK(document["functions"][0]["state"] != "both");
}

TEST_CASE("A limit shortens the lists, a threshold is answered") {
    const json document = json::parse(diff_json(sample(), 3, Threshold{5, "work", true}));
    CHECK(document["functions"].size() == 3);
    CHECK(document["lines"].size() == 3);
    CHECK(document["fail_over"] == json{{"percent", 5.0}, {"function", "work"}, {"exceeded", true}});
}

}  // namespace
}  // namespace pyprof::report
