#include "cli/manual.h"
#include "tests/support/catch.h"

namespace pyprof::cli {
namespace {

TEST_CASE("The page has a table for each verb, whose cells no bar ends") {
    const std::vector<ManualVerb> verbs = {{"run",
                                            "records",
                                            false,
                                            {{"COMMAND", "what", true, true, {}}},
                                            {{'o', "output", "PATH", {}, "PYPROF_OUTPUT=PATH", "a|b"}}},
                                           {"info", "tells", false, {{"FILE", "profile", true, false, {}}}, {}},
                                           {"top", "", true, {}, {}}};
    const std::string page = option_page(verbs);
    CHECK(page.find("| `-o, --output PATH` | a\\|b | `PYPROF_OUTPUT=PATH` |\n") != std::string::npos);
    CHECK(page.find("| `COMMAND` | what | |\n") != std::string::npos);
    CHECK(
        page.find("## info\ntells.\n\n    pyprof info FILE\n\n| option | does |\n|---|---|\n| `FILE` | profile |\n") !=
        std::string::npos);
    CHECK(page.find("Reserved for later versions: `top`.") != std::string::npos);
}

}  // namespace
}  // namespace pyprof::cli
