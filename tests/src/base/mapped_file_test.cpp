#include "base/mapped_file.h"

#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using pyprof::MappedFile;

namespace {

std::string text_of(const MappedFile& file) {
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

}  // namespace

TEST_CASE("a mapped file shows the file's bytes") {
    const pyprof::test_support::TemporaryFolder folder;
    const std::string content(10'000, 'x');
    std::ofstream{folder / "data"} << content;
    auto file = MappedFile::open(folder / "data");
    REQUIRE(file);
    CHECK(text_of(*file) == content);

    SECTION("which go with it when it is moved") {
        MappedFile moved = *std::move(file);
        CHECK(text_of(moved) == content);
        CHECK(file->bytes().empty());
    }
}

TEST_CASE("an empty file is no error") {
    const pyprof::test_support::TemporaryFolder folder;
    std::ofstream{folder / "empty"};
    const auto file = MappedFile::open(folder / "empty");
    REQUIRE(file);
    CHECK(file->bytes().empty());
}

TEST_CASE("what cannot be mapped is named with the reason") {
    const pyprof::test_support::TemporaryFolder folder;
    CHECK(MappedFile::open(folder / "absent").error().message() ==
          "cannot read " + (folder / "absent") + ": No such file or directory");
    CHECK(MappedFile::open(folder.path()).error().message() ==
          "cannot read " + std::string{folder.path()} + ": it is a folder");
    CHECK(MappedFile::open("/dev/null").error().message() == "cannot read /dev/null: it is not a regular file");
}
