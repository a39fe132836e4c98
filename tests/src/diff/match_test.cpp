#include "diff/match.h"

#include <algorithm>

#include "tests/support/catch.h"

namespace pyprof::diff {
namespace {

using profile::Domain;
using profile::none;

Side side_of(std::vector<FunctionKey> keys) {
    Side side;
    for (FunctionKey& key : keys) {
        FunctionSum sum{.key = std::move(key), .module = {}, .first_lines = {1}, .lines = {}};
        sum.total = {1, 1, {}};
        side.functions.push_back(std::move(sum));
    }
    return side;
}

std::uint32_t partner_of(const std::vector<Pair>& pairs, std::uint32_t before) {
    return std::ranges::find(pairs, before, &Pair::before)->after;
}

TEST_CASE("Functions are matched by key, then by file name, then by name, if no other could be meant") {
    const Side before = side_of({{Domain::python, "/one/app.py", "main"},
                                 {Domain::python, "/one/app.py", "same"},
                                 {Domain::python, "/one/old.py", "moved"},
                                 {Domain::python, "/one/x.py", "twice"},
                                 {Domain::python, "/one/app.py", "gone"},
                                 {Domain::native, "libblas.so.3", "dgemm_"}});
    const Side after = side_of({{Domain::python, "/one/app.py", "main"},
                                {Domain::python, "/two/app.py", "same"},
                                {Domain::python, "/two/new.py", "moved"},
                                {Domain::python, "/two/y.py", "twice"},
                                {Domain::python, "/two/z.py", "twice"},
                                {Domain::native, "libblas.so.4", "dgemm_"},
                                {Domain::python, "/two/app.py", "fresh"}});
    const std::vector<Pair> pairs = match(before, after);
    CHECK(partner_of(pairs, 0) == 0);
    CHECK(partner_of(pairs, 1) == 1);
    CHECK(partner_of(pairs, 2) == 2);
    CHECK(partner_of(pairs, 3) == none);
    CHECK(partner_of(pairs, 4) == none);
    CHECK(partner_of(pairs, 5) == 5);
    for (std::uint32_t i = 0; i < after.functions.size(); i++) CHECK(std::ranges::count(pairs, i, &Pair::after) == 1);
}

TEST_CASE("Functions without a value are in no pair, and sides may be empty") {
    Side before = side_of({{Domain::python, "/a.py", "f"}});
    before.functions[0].total = {};
    CHECK(match(before, side_of({})).empty());
    CHECK(match(side_of({}), side_of({{Domain::python, "/a.py", "f"}})).front().before == none);
}

TEST_CASE("Lines move with their function, if it is one") {
    FunctionSum before{.key = {}, .module = {}, .first_lines = {10}, .lines = {}}, after = before;
    after.first_lines = {14};
    CHECK(lines_moved(before, after) == 4);
    CHECK(lines_moved(after, before) == -4);
    after.first_lines = {14, 20};
    CHECK(lines_moved(before, after) == 0);
    after.first_lines = {0};
    CHECK(lines_moved(before, after) == 0);
}

}  // namespace
}  // namespace pyprof::diff
