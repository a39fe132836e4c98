#include "base/replace_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace pyprof {
namespace {

namespace fs = std::filesystem;

std::string text_of(const std::string& path) {
    std::ifstream in{path};
    return {std::istreambuf_iterator<char>{in}, {}};
}

TEST_CASE("A file is replaced whole, and keeps its permissions") {
    const test_support::TemporaryFolder folder;
    const std::string path = folder / "file";
    std::ofstream{path} << "old";
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    REQUIRE(replace_file(path, [](std::ostream& out) { out << "new"; }));
    CHECK(text_of(path) == "new");
    CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(std::distance(fs::directory_iterator{folder.path()}, {}) == 1);
}

TEST_CASE("A failed write leaves the old file and nothing beside it") {
    const test_support::TemporaryFolder folder;
    const std::string path = folder / "file";
    std::ofstream{path} << "old";
    const Status status = replace_file(path, [](std::ostream& out) { out.setstate(std::ios::badbit); });
    REQUIRE(!status);
    CHECK(status.error().message().find(path) == 0);
    CHECK(text_of(path) == "old");
    CHECK(std::distance(fs::directory_iterator{folder.path()}, {}) == 1);
}

TEST_CASE("A folder that does not exist is an error that names the file") {
    const Status status = replace_file("/nowhere/at/all", [](std::ostream&) {});
    REQUIRE(!status);
    CHECK(status.error().message().find("/nowhere/at/all cannot be written") == 0);
}

}  // namespace
}  // namespace pyprof
