#include "cli/save_new.h"

#include <filesystem>

#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::cli {
namespace {

TEST_CASE("An existing file is kept, and a number added") {
    const test_support::TemporaryFolder folder;
    const profile::Profile profile = test_support::small_profile();
    CHECK(*save_new(profile, folder / "x.pyprof") == folder / "x.pyprof");
    CHECK(*save_new(profile, folder / "x.pyprof") == folder / "x-2.pyprof");
    CHECK(std::filesystem::file_size(folder / "x.pyprof") == std::filesystem::file_size(folder / "x-2.pyprof"));
}

TEST_CASE("What cannot be written is said") {
    const Result<std::string> saved = save_new(test_support::small_profile(), "/nonexistent/x.pyprof");
    REQUIRE(!saved);
    CHECK(saved.error().message().find("choose another place") != std::string::npos);
}

}  // namespace
}  // namespace pyprof::cli
