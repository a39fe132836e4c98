#include "compare/traced.h"

#include <utility>

#include "tests/support/catch.h"

namespace pyprof::compare {
namespace {

using tracers::CallStatistics;

TEST_CASE("Time of built-in functions belongs to the Python functions that called them") {
    CallStatistics statistics;
    statistics.functions = {
        {"app.py", 1, "f", {2, 2, 1.0, 6.0}, {}},
        {"app.py", 5, "g", {1, 1, 0.5, 1.0}, {}},
        {"~", 0, "<len>", {10, 10, 3.0, 3.0}, {{0, {8, 8, 2.0, 2.0}}, {1, {2, 2, 1.0, 1.0}}}},
        {"~", 0, "<reduce>", {1, 1, 0.25, 2.0}, {{0, {1, 1, 0.25, 2.0}}}},
        {"~", 0, "<mul>", {4, 4, 1.75, 1.75}, {{3, {4, 4, 1.75, 1.75}}}},
        {"~", 0, "<exec>", {1, 1, 0.125, 9.0}, {}},
    };
    TracedFunctions sums;
    add(sums, statistics, "/run");
    const TracedFunction& f = sums.functions.at({"/run/app.py", 1, "f"});
    CHECK(f.counts.self_s == 1.0);
    CHECK(f.builtins.at("<len>").self_s == 2.0);
    CHECK(f.builtins.at("<len>").calls == 8);
    CHECK(f.builtins.at("<mul>").self_s == 1.75);  // by way of <reduce>
    CHECK(sums.functions.at({"/run/app.py", 5, "g"}).builtins.at("<len>").self_s == 1.0);
    CHECK(sums.unowned_s == 0.125);
    CHECK(sums.self_s == 1.0 + 0.5 + 3.0 + 0.25 + 1.75 + 0.125);
    CHECK(sums.calls == 19);
}

TEST_CASE("A built-in function is the same in every process") {
    TracedFunctions sums;
    for (const char* name :
         {"<built-in method __new__ of type object at 0x55d0>", "<built-in method __new__ of type object at 0x7f30>"}) {
        CallStatistics statistics;
        statistics.functions = {{"/a.py", 1, "f", {1, 1, 1.0, 1.0}, {}},
                                {"~", 0, name, {2, 2, 0.5, 0.5}, {{0, {2, 2, 0.5, 0.5}}}}};
        add(sums, statistics, "/x");
    }
    const auto& builtins = sums.functions.at({"/a.py", 1, "f"}).builtins;
    REQUIRE(builtins.size() == 1);
    CHECK(builtins.at("<built-in method __new__ of type object>").calls == 4);
}

TEST_CASE("Built-in functions that call each other end somewhere") {
    CallStatistics statistics;
    statistics.functions = {{"~", 0, "<a>", {1, 1, 1.0, 1.0}, {{1, {1, 1, 1.0, 1.0}}}},
                            {"~", 0, "<b>", {1, 1, 1.0, 1.0}, {{0, {1, 1, 1.0, 1.0}}}}};
    TracedFunctions sums;
    add(sums, statistics, "");
    CHECK(sums.functions.empty());
    CHECK(sums.unowned_s == 2.0);
}

TEST_CASE("Lines of several ranks add up, under the name of the code") {
    const tracers::LineStatistics statistics{{{"a.py", 3, "A.m", {{5, 2, 0.5}}}}};
    TracedLines sums;
    add(sums, statistics, "/run");
    add(sums, statistics, "/run");
    CHECK(sums.at({"/run/a.py", 3, "m"}).at(5) == tracers::LineCounts{5, 4, 1.0});
}

TEST_CASE("Files of several ranks add up") {
    CallStatistics statistics;
    statistics.functions = {{"/a.py", 1, "f", {3, 2, 0.5, 1.5}, {}}};
    TracedFunctions sums;
    add(sums, statistics, "/x");
    add(sums, statistics, "/y");
    CHECK(sums.functions.at({"/a.py", 1, "f"}).counts == tracers::Counts{6, 4, 1.0, 3.0});
}

TEST_CASE("The rank with the most and the one with the least own time are known") {
    TracedFunctions sums;
    for (const auto& [rank, self_s] : {std::pair{0, 2.0}, std::pair{1, 1.0}, std::pair{2, 4.0}}) {
        CallStatistics statistics;
        statistics.functions = {{"app.py", 1, "f", {1, 1, self_s, self_s}, {}},
                                {"~", 0, "<len>", {1, 1, 0.5, 0.5}, {{0, {1, 1, 0.5, 0.5}}}}};
        add(sums, statistics, "/run", rank);
    }
    const RankSpread& spread = sums.functions.at({"/run/app.py", 1, "f"}).ranks;
    CHECK(spread.processes == 3);
    CHECK((spread.min_s == 1.5 && spread.argmin == 1));
    CHECK((spread.max_s == 4.5 && spread.argmax == 2));
    CHECK(sums.functions.at({"/run/app.py", 1, "f"}).counts.self_s == 7.0);
    CHECK(sums.functions.at({"/run/app.py", 1, "f"}).builtins.at("<len>").calls == 3);
}

}  // namespace
}  // namespace pyprof::compare
