#include "report/diff_text.h"

#include <algorithm>

#include "report/words.h"
#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::report {
namespace {

profile::Profile twice_as_long() {
    profile::Profile profile = test_support::small_profile();
    for (profile::Value& value : profile.values) {
        const bool is_work = profile.contexts[value.context].parent != 0;
        value.samples *= is_work ? 10 : 1;
        value.weight *= is_work ? 10 : 1;
    }
    return profile;
}

diff::Difference sample(bool as_shares = false) {
    return *diff::difference_of({"a.pyprof", test_support::small_profile()}, {"b.pyprof", twice_as_long()}, as_shares);
}

TEST_CASE("The text has what changed beyond chance, the whole and the meaning of its columns") {
    const std::string text = diff_text(sample(), {}, {});
    CHECK(text.find("Total cpu time: 201 ms -> 1.56 s, +1.36 s (+675.0 %") != std::string::npos);
    CHECK(text.find("+1.36 s") != std::string::npos);
    CHECK(text.find("app.py:1  work") != std::string::npos);
    CHECK(text.find("main") == std::string::npos);
    CHECK(text.find("about 0 would") != std::string::npos);
    CHECK(diff_text(sample(), {.all = true}, {}).find("main") != std::string::npos);
}

TEST_CASE("Where nothing changed the lists say so") {
    const profile::Profile same = test_support::small_profile();
    const std::string text = diff_text(*diff::difference_of({"a", same}, {"b", same}, false), {}, {});
    CHECK(text.find("Functions: none differs beyond chance") != std::string::npos);
    CHECK(text.find("which is within chance") != std::string::npos);
}

TEST_CASE("Lines are as wide as asked, and coloured only if asked") {
    for (const std::size_t width : {80U, 100U, 132U}) {
        const std::string text = diff_text(sample(), {.all = true}, {.width = width});
        CHECK(text.find('\033') == std::string::npos);
        std::size_t begin = 0;
        for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
            CHECK(columns(text.substr(begin, end - begin)) <= width);
            begin = end + 1;
        }
    }
    Style style;
    style.colour = true;
    CHECK(diff_text(sample(), {}, style).find("\033[31m") != std::string::npos);
}

TEST_CASE("Shares are percent") {
    CHECK(diff_text(sample(true), {}, {}).find("75.0 %") != std::string::npos);
    CHECK(change_text(sample().total, sample()).starts_with("201 ms -> 1.56 s, +1.36 s (+675.0 %, +- "));
}

TEST_CASE("Of jobs of different size the efficiency is told") {
    profile::Profile two = test_support::small_profile();
    two.processes.push_back(two.processes[0]);
    two.threads.push_back(two.threads[0]);
    two.threads[1].process = 1;
    two.processes[0].rank = 0;
    two.processes[1].rank = 1;
    const std::size_t count = two.values.size();
    for (std::size_t i = 0; i < count; i++) {
        two.values.push_back(two.values[i]);
        two.values.back().thread = 1;
    }
    // Each of two ranks does what the one does: half of the ranks' time is lost.
    for (const bool grew : {true, false}) {
        const diff::Input one{"one", test_support::small_profile()}, both{"two", two};
        const std::string text = diff_text(*diff::difference_of(grew ? one : both, grew ? both : one, false), {}, {});
        CHECK(text.find("All 2 ranks together: +201 ms beyond the 1 rank; efficiency 50.0 %.") != std::string::npos);
    }
}

TEST_CASE("Long lists are cut, and say by how much") {
    const profile::Profile sample_profile = test_support::sample_profile();
    const diff::Difference difference =
        *diff::difference_of({"a", sample_profile}, {"b", test_support::small_profile()}, false);
    const std::string text = diff_text(difference, {.all = true, .limit = 2}, {});
    CHECK(text.find(" more; see --limit") != std::string::npos);
    CHECK(diff_functions(difference, true).rows.size() == difference.functions.size());
    CHECK(text.find("N x T_N - T_1") != std::string::npos);
}

}  // namespace
}  // namespace pyprof::report
