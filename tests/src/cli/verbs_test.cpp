#include "cli/verbs.h"

#include <set>
#include <string_view>

#include "tests/support/catch.h"

using namespace pyprof::cli;

TEST_CASE("Every verb but run is for the analysis program") {
    for (const char* verb : {"report", "view", "merge", "info", "doctor", "help", "attach"})
        CHECK(is_analysis_verb(verb));
    for (const char* word : {"run", "python", "", "repor"}) CHECK_FALSE(is_analysis_verb(word));
}

TEST_CASE("A slip of a verb is recognised, other words are not") {
    CHECK(similar_verb("reprot") == "report");
    CHECK(similar_verb("mrege") == "merge");
    CHECK(similar_verb("rep").empty());
    CHECK(similar_verb("python3").empty());
    CHECK(similar_verb("xyz").empty());
}

TEST_CASE("Every verb stands once, with what it does") {
    std::set<std::string_view> names;
    for (const Verb& verb : all_verbs()) {
        CHECK(names.insert(verb.name).second);
        CHECK(!verb.help.empty());
    }
}

TEST_CASE("The overview names every verb") {
    for (const char* verb : {"run", "report", "export", "merge", "doctor", "completion"}) {
        CHECK(overview().find(std::string{"\n  "} + verb + " ") != std::string::npos);
    }
}
