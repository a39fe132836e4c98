#include "compare/match.h"

#include <vector>

#include "tests/support/catch.h"

namespace pyprof::compare {
namespace {

using Keys = std::vector<FunctionKey>;

TEST_CASE("Equal keys match") {
    const Keys traced{{"/a/x.py", 1, "f"}, {"/a/x.py", 9, "f"}}, sampled{{"/a/x.py", 9, "f"}, {"/a/x.py", 1, "f"}};
    const Matches matches = match(traced, sampled);
    CHECK(matches.sampled_of == std::vector<std::uint32_t>{1, 0});
    CHECK(matches.exact == 2);
}

TEST_CASE("A file that was moved is known by the end of its path") {
    const Keys traced{{"app.py", 1, "f"}, {"/venv/pkg/x.py", 3, "g"}};
    const Keys sampled{{"/new/pkg/x.py", 3, "g"}, {"/home/u/app.py", 1, "f"}};
    const Matches matches = match(traced, sampled);
    CHECK(matches.sampled_of == std::vector<std::uint32_t>{1, 0});
    CHECK(matches.by_path == 2);
}

TEST_CASE("The same file name in other folders is not the same file") {
    const Keys traced{{"/a/__init__.py", 1, "<module>"}}, sampled{{"/b/__init__.py", 1, "<module>"}};
    const Matches matches = match(traced, sampled);
    CHECK(matches.sampled_of[0] == unmatched);
    CHECK(matches.ambiguous == 0);
}

TEST_CASE("What could be several stays apart and is counted") {
    const Keys traced{{"x.py", 1, "f"}}, sampled{{"/a/x.py", 1, "f"}, {"/b/x.py", 1, "f"}};
    const Matches several = match(traced, sampled);
    CHECK(several.sampled_of[0] == unmatched);
    CHECK(several.ambiguous == 1);
    const Matches rivals = match(sampled, traced);
    CHECK(rivals.sampled_of == std::vector<std::uint32_t>{unmatched, unmatched});
    CHECK(rivals.ambiguous == 2);
}

TEST_CASE("A function that moved within its file is known by its name, if that is unique") {
    const Keys traced{{"/a/x.py", 10, "f"}, {"/a/x.py", 20, "<lambda>"}};
    const Keys sampled{{"/a/x.py", 12, "f"}, {"/a/x.py", 22, "<lambda>"}, {"/a/x.py", 25, "<lambda>"}};
    const Matches matches = match(traced, sampled);
    CHECK(matches.sampled_of == std::vector<std::uint32_t>{0, unmatched});
    CHECK(matches.by_name == 1);
    CHECK(matches.ambiguous == 1);
}

TEST_CASE("Nothing matches nothing") {
    CHECK(match({}, {}).sampled_of.empty());
    CHECK(match(Keys{{"x.py", 1, "f"}}, {}).sampled_of[0] == unmatched);
}

}  // namespace
}  // namespace pyprof::compare
