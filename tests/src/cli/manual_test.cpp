#include "cli/manual.h"

#include <algorithm>
#include <cctype>

#include "cli/verbs.h"
#include "tests/support/catch.h"

namespace pyprof::cli {
namespace {

ManualVerb verb(const std::string& name) {
    const std::vector<ManualVerb> verbs = manual();
    return *std::ranges::find(verbs, name, &ManualVerb::name);
}

ManualOption option(const std::string& of, const std::string& name) {
    const ManualVerb found = verb(of);
    const auto option = std::ranges::find(found.options, name, &ManualOption::name);
    REQUIRE(option != found.options.end());
    return *option;
}

using Words = std::vector<std::string>;

TEST_CASE("The manual has every verb, in the order of the overview") {
    const std::vector<ManualVerb> verbs = manual();
    const std::vector<Verb> shown = all_verbs();
    REQUIRE(verbs.size() == shown.size());
    for (std::size_t i = 0; i < verbs.size(); i++) CHECK(verbs[i].name == shown[i].name);
}

TEST_CASE("Arguments are told from flags, and lists of choices from names") {
    CHECK(option("report", "json").argument.empty());
    CHECK(option("report", "limit").argument == "N");
    CHECK(option("report", "limit").choices.empty());
    CHECK(option("report", "by").choices ==
          Words{"function", "line", "kernel", "rank", "thread", "process", "module", "mpi"});
    CHECK(option("report", "threads").choices == Words{"joined", "apart"});
    CHECK(option("run", "mode").choices == Words{"cpu", "wall"});
    CHECK(option("compare", "rounds").argument == "N");
    CHECK(option("merge", "output").letter == 'o');
    CHECK(option("merge", "output").takes_file());
    CHECK(!option("report", "metric").takes_file());
    CHECK(verb("completion").words.front().choices == Words{"bash", "fish", "zsh"});
    CHECK(verb("merge").words.front().choices.empty());
}

TEST_CASE("Variables stand beside the options of run, as they are set") {
    CHECK(option("run", "rate").variable == "PYPROF_RATE=HZ");
    CHECK(option("run", "no-native").variable == "PYPROF_NATIVE=0");
    CHECK(option("report", "json").variable.empty());
}

TEST_CASE("Usage is what a person types") {
    CHECK(verb("run").usage() == "pyprof [run] [OPTIONS] [--] COMMAND...");
    CHECK(verb("report").usage() == "pyprof report [OPTIONS] FILE...");
    CHECK(verb("info").usage() == "pyprof info FILE");
    CHECK(verb("help").usage() == "pyprof help [VERB]");
    CHECK(option("run", "rate").usage() == "-r, --rate HZ");
    CHECK(option("report", "json").usage() == "--json");
}

TEST_CASE("Help has every option, in lines of a terminal's width") {
    for (const ManualVerb& each : manual()) {
        const std::string text = help_text(each);
        CHECK(text.find(each.usage()) != std::string::npos);
        for (const ManualOption& of_verb : each.options) CHECK(text.find("--" + of_verb.name) != std::string::npos);
        std::size_t begin = 0;
        for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
            CHECK(end - begin <= 100);
            begin = end + 1;
        }
    }
}

}  // namespace
}  // namespace pyprof::cli
