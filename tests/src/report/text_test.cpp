#include "report/text.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "report/words.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::report {
namespace {

std::string screen(const profile::Profile& profile, const Style& style = {}, const Options& options = {}) {
    const Result<profile::Profile> prepared = prepare(profile, options);
    REQUIRE(prepared);
    return text(*prepared, options, style);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("The report fits one screen") {
    const Style style = GENERATE(Style{100, true, false}, Style{100, false, false}, Style{80, true, false});
    const std::string report = screen(test_support::sample_profile(), style);
    CHECK(std::ranges::count(report, '\n') <= 40);
    std::istringstream lines{report};
    for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        CHECK(columns(line) <= style.width);
    }
}

TEST_CASE("The report names the hot function, its line, the kernel and what MPI waits for") {
    const std::string report = screen(test_support::sample_profile());
    CHECK(contains(report, "python3 app.py · 2 ranks on 2 hosts · wall 4.00 s"));
    CHECK(contains(report, "stencil"));
    CHECK(contains(report, "solver.py:42"));
    CHECK(contains(report, "MPI_Allreduce at solver.py:42 takes 14.6 %"));
    CHECK(!contains(report, "MPI function"));
    CHECK(contains(report, "rank 1's child 2050 was killed."));
    CHECK(contains(report, "not seen: GIL, I/O, idle"));
}

TEST_CASE("Stacks with a guessed frame are not lost, and said") {
    profile::Profile profile = test_support::small_profile();
    profile.quality.lost = {{"unwind_guessed", 23}};
    CHECK(contains(screen(profile), "lost: nothing · guessed: 23"));
    profile.quality.lost = {{"reentered", 1}, {"unwind_guessed", 23}, {"too_deep", 2}};
    CHECK(contains(screen(profile, Style{160, true, false}), "lost: 1 reentered, 2 too deep · guessed: 23"));
    CHECK(!contains(screen(profile, Style{90, true, false}), "guess"));  // no room
    profile.quality.lost = {{"reentered", 1}};
    CHECK(!contains(screen(profile), "guessed"));
}

TEST_CASE("The report says how well the ranks are used") {
    const std::string report = screen(test_support::sample_profile());
    CHECK(contains(report, "Ranks outside MPI: "));
    CHECK(contains(report, "Parallel efficiency "));
    CHECK(!contains(screen(test_support::small_profile()), "efficiency"));
}

TEST_CASE("Counted calls of MPI stand on the screen, with room for who waits for whom") {
    const std::string report = screen(test_support::counted_profile());
    CHECK(contains(report,
                   "10.1 %  10.0 %  200          1.98 r1   solver.py:42             MPI_Allreduce, 1.0 KiB each"));
    CHECK(contains(report, "waits at most 10.0 % of the time on 1 of 2 ranks for rank 0."));
    CHECK(contains(report, "wait: beyond the quickest call"));
    CHECK(std::ranges::count(report, '\n') <= static_cast<std::ptrdiff_t>(screen_lines));
}

TEST_CASE("A report in ASCII style holds only ASCII where names do") {
    const std::string report = screen(test_support::small_profile(), {.unicode = false});
    CHECK(std::ranges::all_of(report, [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

TEST_CASE("Escape sequences appear only when colours are wanted") {
    CHECK(!contains(screen(test_support::sample_profile()), "\033"));
    CHECK(contains(screen(test_support::sample_profile(), {.colour = true}), "\033[34m"));
}

TEST_CASE("Hot lines come with their source text, found from the program's working directory") {
    const test_support::TemporaryFolder folder;
    std::ofstream{folder / "app.py"} << "\n\n    total += work(x)\n";
    profile::Profile profile = test_support::small_profile();
    for (profile::Function& function : profile.functions) function.file = "app.py";
    profile.processes[0].working_directory = folder.path();
    CHECK(contains(screen(profile), "app.py:3                 total += work(x)\n"));
}

TEST_CASE("A profile without samples says why it is empty") {
    test_support::ProfileBuilder make;
    make.thread(make.process(-1, 1, "here"), 1, "", true);
    CHECK(contains(screen(make.build()), "The profile holds no samples"));
}

TEST_CASE("Of samples from elsewhere nothing is claimed") {
    profile::Profile profile = test_support::sample_profile();
    profile.run.rate_hz = 0;
    const std::string report = text(profile, {}, {});
    CHECK(contains(report, "\n" + grouped(profile.quality.samples) + " samples, at an unknown rate\n"));
    CHECK_FALSE(contains(report, "own cost"));
}

TEST_CASE("A report of one rank says so") {
    CHECK(contains(screen(test_support::sample_profile(), {}, {.rank = 1}), "rank 1 only"));
}

}  // namespace
}  // namespace pyprof::report
