#include "cli/manual.h"
#include "tests/support/catch.h"

namespace pyprof::cli {
namespace {

TEST_CASE("The man page has every option and keeps dashes, backslashes and leading dots") {
    const std::vector<ManualVerb> verbs = {{"odd",
                                            ".begins with a dot",
                                            false,
                                            {{"FILE", "'quoted' \\n", true, false, {}}},
                                            {{'x', "ex-it", "A|B", {}, "X=1", "does"}}},
                                           {"attach", "", true, {}, {}}};
    const std::string page = man_page(verbs, "1.2");
    CHECK(page.starts_with(".TH PYPROF 1 "));
    CHECK(page.find("\"pyprof 1.2\"") != std::string::npos);
    CHECK(page.find("\n\\&.begins with a dot.\n") != std::string::npos);
    CHECK(page.find("\n\\&'quoted' \\en\n") != std::string::npos);
    CHECK(page.find(".B \\-x, \\-\\-ex\\-it A|B\ndoes (X=1)\n") != std::string::npos);
    CHECK(page.find("Reserved for later versions: attach.") != std::string::npos);
}

TEST_CASE("Lines of its source are short") {
    const std::string page = man_page(manual(), "1");
    std::size_t begin = 0;
    for (std::size_t end = page.find('\n'); end != std::string::npos; end = page.find('\n', begin)) {
        CHECK(end - begin <= 100);
        begin = end + 1;
    }
}

}  // namespace
}  // namespace pyprof::cli
