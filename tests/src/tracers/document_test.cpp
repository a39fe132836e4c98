#include "tracers/document.h"

#include <vector>

#include "tests/support/catch.h"

namespace pyprof::tracers {
namespace {

TEST_CASE("A value may be a child of several others") {
    Document document;
    const Document::Index name = document.add(Value{.kind = Kind::text, .text = "shared"});
    const std::vector<Document::Index> once{name}, twice{name, name};
    const Document::Index first = document.add(Kind::sequence, once), second = document.add(Kind::dictionary, twice);
    CHECK(document.children(first).size() == 1);
    CHECK(document.at(second).count == 2);
    CHECK(document.child(second, 1).text == "shared");
}

TEST_CASE("Values that are no containers have no children") {
    Document document;
    document.add(Value{.kind = Kind::integer, .integer = 7});
    CHECK(document.children(0).empty());
}

}  // namespace
}  // namespace pyprof::tracers
