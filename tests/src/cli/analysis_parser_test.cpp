#include <algorithm>
#include <set>

#include "cli/analyze.h"
#include "cli/verbs.h"
#include "tests/support/catch.h"

namespace pyprof::cli {
namespace {

TEST_CASE("Every verb of this version that reads profiles has a parser, and no later one has") {
    int code = 0;
    const auto app = analysis_parser(code);
    std::set<std::string> parsed;
    for (const CLI::App* verb : app->get_subcommands({})) parsed.insert(verb->get_name());
    for (const Verb& verb : all_verbs()) {
        CAPTURE(verb.name);
        const bool is_elsewhere = verb.name == "run" || verb.name == "help";
        CHECK(parsed.contains(std::string{verb.name}) == (!verb.is_later && !is_elsewhere));
    }
}

TEST_CASE("Every option says what it does, and what it takes") {
    int code = 0;
    const auto app = analysis_parser(code);
    for (const CLI::App* verb : app->get_subcommands({})) {
        for (const CLI::Option* option : verb->get_options()) {
            CAPTURE(verb->get_name(), option->get_name());
            CHECK(!option->get_description().empty());
        }
    }
}

}  // namespace
}  // namespace pyprof::cli

TEST_CASE("the command behind compare --run begins at the first word that is no option's") {
    using Words = std::vector<std::string>;
    const auto marked = [](Words words) { return pyprof::cli::command_behind_a_mark(std::move(words)); };
    CHECK(marked({"compare", "--run", "python", "a.py"}) == Words{"compare", "--run", "--", "python", "a.py"});
    CHECK(marked({"compare", "--run", "--html", "o.html", "--json", "python", "--html"}) ==
          Words{"compare", "--run", "--html", "o.html", "--json", "--", "python", "--html"});
    CHECK(marked({"compare", "--run", "--rounds=3", "python"}) ==
          Words{"compare", "--run", "--rounds=3", "--", "python"});
    const Words with_mark{"compare", "--run", "--html", "o.html", "--", "python", "--", "x"};
    CHECK(marked(with_mark) == with_mark);
    CHECK(marked({"compare", "--run", "--html"}) == Words{"compare", "--run", "--html"});
    CHECK(marked({"diff", "--run", "x"}) == Words{"diff", "--run", "x"});
}
