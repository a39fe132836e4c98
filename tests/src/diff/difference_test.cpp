#include "diff/difference.h"

#include <algorithm>
#include <cmath>

#include "profile/select.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

namespace pyprof::diff {
namespace {

using test_support::ProfileBuilder;

// One function work() on so many ranks (0: without MPI), with so many samples on each.
profile::Profile work_on(int ranks, std::uint64_t samples, std::uint32_t first_line = 10) {
    ProfileBuilder make;
    const std::uint32_t work = make.location(make.python("work", "/home/user/app.py", first_line), first_line + 2);
    for (int rank = ranks == 0 ? -1 : 0; rank < ranks; rank++)
        make.add(make.path(0, {work}), make.thread(make.process(rank, 100 + rank, "here"), 100 + rank, "", true),
                 samples);
    profile::Profile profile = make.build();
    profile.run.mode = "cpu";
    return profile;
}

constexpr double period = ProfileBuilder::period_ns;

bool is_near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), 1.0); }

TEST_CASE("A run against itself does not differ") {
    const profile::Profile profile = profile::without_machinery(test_support::sample_profile());
    const Difference difference = *difference_of({"a", profile}, {"a", profile}, false);
    CHECK(difference.total.delta() == 0);
    CHECK(difference.notes.empty());
    for (const FunctionRow& row : difference.functions) CHECK(!difference.is_notable(row.self));
    for (const LineRow& row : difference.lines) CHECK(row.line == row.line_before);
}

TEST_CASE("Differences of functions sum to that of the whole") {
    const Difference difference = *difference_of({"a", profile::without_machinery(test_support::sample_profile())},
                                                 {"b", test_support::small_profile()}, false);
    double sum = 0;
    for (const FunctionRow& row : difference.functions) sum += row.self.delta();
    // Means by rank: two against one.
    CHECK(is_near(sum, difference.total.delta()));
    CHECK(difference.is_by_rank);
}

TEST_CASE("Lines that moved with their function are the same lines") {
    const Difference difference = *difference_of({"a", work_on(0, 100, 10)}, {"b", work_on(0, 150, 17)}, false);
    REQUIRE(difference.lines.size() == 1);
    CHECK(difference.lines[0].line == 19);
    CHECK(difference.lines[0].line_before == 12);
    CHECK(is_near(difference.lines[0].own.delta(), 50 * period));
    REQUIRE(difference.functions.size() == 1);
    CHECK(difference.functions[0].line == 17);
    CHECK(difference.is_notable(difference.functions[0].self));
}

TEST_CASE("What has vanished and what is new have their own lines") {
    const Difference difference = *difference_of({"a", test_support::small_profile()}, {"b", work_on(0, 9, 1)}, false);
    const auto line = [&](const std::string& name) {
        return *std::ranges::find(difference.lines, name, [](const LineRow& row) { return row.key.name; });
    };
    CHECK(line("main").own.has_vanished());
    CHECK(line("main").line == 12);
    CHECK(line("work").line_before == 3);
    const Difference back = *difference_of({"b", work_on(0, 9, 1)}, {"a", test_support::small_profile()}, false);
    CHECK(std::ranges::find(back.lines, 0U, &LineRow::line_before)->own.is_new());
}

TEST_CASE("Of jobs of different size means by rank are compared, and the loss of scaling is told") {
    // 400 samples of work on one rank; four ranks with 130 each: 120 more than the same work divided.
    for (const bool is_larger_later : {true, false}) {
        const Input one{"one", work_on(1, 400)}, four{"four", work_on(4, 130)};
        const Difference difference =
            is_larger_later ? *difference_of(one, four, false) : *difference_of(four, one, false);
        CHECK(difference.is_by_rank);
        const Change& self = difference.functions[0].self;
        CHECK(is_near((is_larger_later ? self.before : self.after), 400 * period));
        CHECK(is_near((is_larger_later ? self.after : self.before), 130 * period));
        CHECK(is_near(difference.functions[0].scaling_loss.value(), 120 * period));
        CHECK(std::ranges::any_of(difference.notes, [](const auto& note) { return note.starts_with("Ranks: "); }));
    }
    const Difference equal = *difference_of({"a", work_on(2, 10)}, {"b", work_on(2, 10)}, false);
    CHECK(!equal.is_by_rank);
    CHECK(!equal.functions[0].scaling_loss);
}

TEST_CASE("Shares do not see how long a run took") {
    const Difference difference = *difference_of({"a", work_on(0, 100)}, {"b", work_on(0, 300)}, true);
    CHECK(difference.is_share);
    CHECK(is_near(difference.functions[0].self.before, 1));
    CHECK(is_near(difference.functions[0].self.delta(), 0));
}

TEST_CASE("Other modes and metrics are no runs to compare") {
    profile::Profile wall = work_on(0, 100);
    wall.run.mode = "wall";
    const Result<Difference> modes = difference_of({"a", work_on(0, 100)}, {"b", wall}, false);
    REQUIRE(!modes);
    CHECK(modes.error().message() == "a is in mode cpu, b in mode wall; record both with the same --mode");
    profile::Profile counted = work_on(0, 100);
    counted.metric = {"PAPI_TOT_INS", "count"};
    REQUIRE(!difference_of({"a", work_on(0, 100)}, {"b", counted}, false));
}

TEST_CASE("What is not alike is said") {
    profile::Profile later = work_on(0, 100);
    later.run.pythons = {"3.14.0"};
    later.run.hosts = {"node07"};
    const Difference difference = *difference_of({"a", work_on(0, 100)}, {"b", later}, false);
    CHECK(difference.notes ==
          std::vector<std::string>{"Python: 3.11.2 before, 3.14.0 after.", "Hosts: here before, node07 after."});
}

TEST_CASE("Time of chosen ranks that stands as sums only is said") {
    profile::Profile summed = work_on(2, 100);
    summed.threads[0].summed = {.samples = 100, .weight = summed.values[0].weight, .mpi = 0};
    const Difference difference =
        *difference_of({"r", profile::only_rank(summed, 0)}, {"s", profile::only_rank(summed, 1)}, false);
    REQUIRE(difference.notes.size() == 1);
    CHECK(difference.notes[0].starts_with("r: 50 % of the time"));
}

}  // namespace
}  // namespace pyprof::diff
