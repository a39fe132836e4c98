#include "symbols/debug_files.h"

#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::symbols {
namespace {

const std::string linked = PYPROF_BINARIES "/libshapes_linked.so";
const std::string linked_debug = PYPROF_BINARIES "/libshapes_linked.debug";

TEST_CASE("a debug file is found beside the library by its link") {
    const Result<ElfFile> file = ElfFile::open(linked);
    REQUIRE(file);
    const Result<ElfFile> debug = find_debug_file(&*file, file->build_id(), {});
    REQUIRE(debug);
    CHECK(std::filesystem::equivalent(debug->path(), linked_debug));
    CHECK(debug->dwarf() != nullptr);
}

TEST_CASE("a debug file is found by build id, also when the library is gone") {
    const test_support::TemporaryFolder folder;
    const Result<ElfFile> file = ElfFile::open(PYPROF_BINARIES "/libshapes_stripped.so");
    REQUIRE(file);
    const std::string& id = file->build_id();
    const std::filesystem::path place =
        std::filesystem::path{folder.path()} / ".build-id" / id.substr(0, 2) / (id.substr(2) + ".debug");
    std::filesystem::create_directories(place.parent_path());
    std::filesystem::copy_file(linked_debug, place);
    CHECK(find_debug_file(&*file, id, {folder.path()}));
    CHECK(find_debug_file(nullptr, id, {folder.path()}));
    CHECK_FALSE(find_debug_file(nullptr, id, {}));
}

TEST_CASE("a debug file of another build is not taken") {
    const test_support::TemporaryFolder folder;
    std::filesystem::copy_file(linked, folder / "libshapes_linked.so");
    std::filesystem::copy_file(PYPROF_BINARIES "/libshapes_changed.so", folder / "libshapes_linked.debug");
    const Result<ElfFile> file = ElfFile::open(folder / "libshapes_linked.so");
    REQUIRE(file);
    CHECK_FALSE(find_debug_file(&*file, file->build_id(), {}));
}

TEST_CASE("links are looked for beside the file, in .debug and below every root") {
    const Result<ElfFile> file = ElfFile::open(linked);
    REQUIRE(file);
    const std::vector<std::string> paths = debuglink_paths(*file, {"/roots/a", "/roots/b"});
    REQUIRE(paths.size() == 4);
    CHECK(paths[0] == PYPROF_BINARIES "/libshapes_linked.debug");
    CHECK(paths[1] == PYPROF_BINARIES "/.debug/libshapes_linked.debug");
    CHECK(paths[2] == "/roots/a" PYPROF_BINARIES "/libshapes_linked.debug");
}

TEST_CASE("build ids that cannot be one give no paths") {
    CHECK(build_id_paths("", {"/usr/lib/debug"}).empty());
    CHECK(build_id_paths("ab", {"/usr/lib/debug"}).empty());
    CHECK(build_id_paths("abcdef", {"/d"}) == std::vector<std::string>{"/d/.build-id/ab/cdef.debug"});
}

}  // namespace
}  // namespace pyprof::symbols
