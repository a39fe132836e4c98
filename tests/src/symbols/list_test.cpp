#include "symbols/list.h"

#include <array>

#include "tests/support/catch.h"

namespace pyprof::symbols {
namespace {

TEST_CASE("a stored list becomes its owner's by the first change") {
    const std::array<int, 3> file{1, 2, 3};
    List<int> list = List<int>::stored(file);
    CHECK(list.all().data() == file.data());
    list.own().push_back(4);
    CHECK(list.size() == 4);
    CHECK(list[2] == 3);
    CHECK(list.all().data() != file.data());
    list.own()[0] = 7;
    CHECK(list[0] == 7);
    CHECK(file[0] == 1);
}

TEST_CASE("slices of a list end with it") {
    const List<int> list{1, 2, 3};
    CHECK(list.slice(1, 3).size() == 2);
    CHECK(list.slice(1, 9).size() == 2);
    CHECK(list.slice(5, 9).empty());
    CHECK(list.slice(2, 1).empty());
}

}  // namespace
}  // namespace pyprof::symbols
