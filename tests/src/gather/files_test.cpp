#include "gather/files.h"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include "gather/bytes.h"
#include "gather/reduce.h"
#include "tests/support/catch.h"
#include "tests/support/random_tree.h"
#include "tests/support/recording_builder.h"
#include "tests/support/temporary_folder.h"

using namespace pyprof;
using namespace pyprof::gather;
using namespace pyprof::test_support;

namespace {

Tree some_tree(unsigned seed) {
    std::mt19937 random{seed};
    Tree tree = random_tree(random, 50);
    canonicalise(tree);
    return tree;
}

std::size_t files_in(const std::string& folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{folder}, {}));
}

}  // namespace

TEST_CASE("a file is read as what its first bytes say") {
    const TemporaryFolder folder;
    write_recording(folder / "a.pyprof", 5, 7);
    const auto recording = gather_file(folder / "a.pyprof");
    REQUIRE(recording);
    CHECK(recording->values.at(0).samples == 7);

    const Tree tree = some_tree(1);
    REQUIRE(write_gathered(folder / "b.rec", tree));
    const auto gathered = gather_file(folder / "b.rec");
    REQUIRE(gathered);
    CHECK(serialise(*gathered) == serialise(tree));
}

TEST_CASE("what cannot be read is named") {
    const TemporaryFolder folder;
    CHECK(gather_file(folder / "absent").error().message() ==
          "cannot read " + (folder / "absent") + ": No such file or directory");
    std::ofstream{folder / "text"} << "something else altogether";
    CHECK(gather_file(folder / "text").error().message() ==
          "cannot read " + (folder / "text") + ": it is not a pyprof recording");
}

TEST_CASE("a file is written whole or not at all") {
    const TemporaryFolder folder;
    const std::string path = folder / "out.gath";
    REQUIRE(write_gathered(path, some_tree(1)));
    CHECK(files_in(folder.path()) == 1);

    SECTION("over one that is there") {
        REQUIRE(write_gathered(path, some_tree(2)));
        CHECK(serialise(*gather_file(path)) == serialise(some_tree(2)));
    }
    SECTION("never over one that must stay") {
        const Status status = write_gathered(path, some_tree(2), IfPresent::refuse);
        REQUIRE_FALSE(status);
        CHECK(status.error().message() == "cannot write " + path + ": File exists");
        CHECK(serialise(*gather_file(path)) == serialise(some_tree(1)));
    }
    SECTION("under a new name as well") {
        REQUIRE(write_gathered(folder / "new.gath", some_tree(1), IfPresent::refuse));
    }
    SECTION("not into a folder that is not there") {
        const Status status = write_gathered(folder / "no/out.gath", some_tree(1));
        REQUIRE_FALSE(status);
        CHECK(status.error().message().find("No such file or directory") != std::string::npos);
    }
    for (const auto& entry : std::filesystem::directory_iterator{folder.path()})
        CHECK(entry.path().extension() == ".gath");
}

TEST_CASE("a folder that is not there is an error that names it") {
    const auto paths = list_recordings("/nonexistent/folder");
    REQUIRE_FALSE(paths);
    CHECK(paths.error().message() == "cannot list /nonexistent/folder: No such file or directory");
}
