#include "report/source_excerpts.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "profile/tree.h"
#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::report {
namespace {

// main() in `light` calls work() in `heavy`.
profile::Profile two_files(const std::string& light, const std::string& heavy) {
    profile::Profile profile = test_support::small_profile();
    for (profile::Function& function : profile.functions) function.file = light;
    profile.functions[profile::location_of(profile, profile.values.back().context).function].file = heavy;
    return profile;
}

TEST_CASE("Files come in the order of their own time, with the lines around those with samples") {
    const test_support::TemporaryFolder folder;
    std::ofstream{folder / "light.py"} << "light\n" << std::string(100, '\n');
    std::ofstream{folder / "heavy.py"} << "heavy\n" << std::string(100, '\n');
    const auto excerpts = source_excerpts(two_files(folder / "light.py", folder / "heavy.py"));
    REQUIRE(excerpts.size() == 2);
    CHECK(excerpts[0].file == folder / "heavy.py");
    CHECK(excerpts[0].first_line == 1);
    CHECK(excerpts[0].lines.front() == "heavy");
    CHECK(excerpts[1].lines.front() == "light");
}

TEST_CASE("What would be too much is left out, what cannot be read too") {
    const test_support::TemporaryFolder folder;
    std::ofstream{folder / "light.py"} << "light\n\n\n\n\n\n\n\n\n\n\n\n";
    std::ofstream{folder / "heavy.py"} << std::string(900, 'x') << std::string(100, '\n');
    const profile::Profile profile = two_files(folder / "light.py", folder / "heavy.py");
    const auto excerpts = source_excerpts(profile, 300);
    REQUIRE(excerpts.size() == 1);
    CHECK(excerpts[0].file == folder / "light.py");
    CHECK(source_excerpts(two_files("/absent/a.py", "/absent/b.py")).empty());
}

TEST_CASE("Text that was saved after the run began is marked") {
    const test_support::TemporaryFolder folder;
    std::ofstream{folder / "light.py"} << "light\n" << std::string(100, '\n');
    std::ofstream{folder / "heavy.py"} << "heavy\n" << std::string(100, '\n');
    profile::Profile profile = two_files(folder / "light.py", folder / "heavy.py");
    const std::uint64_t saved = sources::saved_ns(folder / "heavy.py");
    std::filesystem::last_write_time(folder / "light.py",
                                     std::filesystem::last_write_time(folder / "light.py") - std::chrono::hours{1});
    profile.run.started_realtime_ns = saved - 1'000'000'000;
    const auto excerpts = source_excerpts(profile);
    REQUIRE(excerpts.size() == 2);
    CHECK(excerpts[0].is_newer);
    CHECK_FALSE(excerpts[1].is_newer);
    profile.run.started_realtime_ns = saved;
    CHECK_FALSE(source_excerpts(profile)[0].is_newer);
    profile.run.started_realtime_ns = 0;  // not known, as of an imported profile
    CHECK_FALSE(source_excerpts(profile)[0].is_newer);
}

}  // namespace
}  // namespace pyprof::report
