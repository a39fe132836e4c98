#include "base/similar_word.h"

#include "tests/support/catch.h"

namespace pyprof {
namespace {

TEST_CASE("A slip of one or two letters finds its word") {
    const std::vector<std::string> verbs{"report", "export", "merge", "info", "diff"};
    CHECK(similar_word("reprot", verbs) == "report");
    CHECK(similar_word("repor", verbs) == "report");
    CHECK(similar_word("exprt", verbs) == "export");
    CHECK(similar_word("inf", verbs) == "info");
}

TEST_CASE("What is not close to any word finds none") {
    CHECK(similar_word("frobnicate", {"report", "info"}).empty());
    CHECK(similar_word("x", {"ab"}).empty());
    CHECK(similar_word("", {"report"}).empty());
    CHECK(similar_word(std::string(100, 'a'), {std::string(100, 'a')}).empty());
}

}  // namespace
}  // namespace pyprof
