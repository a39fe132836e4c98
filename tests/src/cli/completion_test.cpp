#include "cli/completion.h"

#include "tests/support/catch.h"

namespace pyprof::cli {
namespace {

const std::vector<ManualVerb> odd = {{"show",
                                      "it's a verb",
                                      false,
                                      {{"FILE", "file", true, true, {}}},
                                      {{'m', "mode", "cpu|wall", {"cpu", "wall"}, "", "what's [it]: that"}}},
                                     {"top", "", true, {}, {}}};

TEST_CASE("Quotes and brackets of a help text do not end what stands around them") {
    CHECK(zsh_completion(odd).find("'*--mode[what'\\''s [it]\\: that]'':mode:(cpu wall)'") != std::string::npos);
    CHECK(fish_completion(odd).find("-l mode -s m -x -a 'cpu wall' -d 'what\\'s [it]: that'\n") != std::string::npos);
    CHECK(bash_completion(odd).find("--mode|-m) choices='cpu wall' takes=word ;;") != std::string::npos);
}

TEST_CASE("Later verbs are not completed") {
    for (const std::string& script : {bash_completion(odd), zsh_completion(odd), fish_completion(odd)}) {
        CHECK(script.find("show") != std::string::npos);
        CHECK(script.find("top") == std::string::npos);
    }
}

}  // namespace
}  // namespace pyprof::cli
