#include "report/annotate.h"

#include <fstream>

#include "report/words.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::report {
namespace {

profile::Profile sample() { return *prepare(test_support::sample_profile(), {}); }

std::vector<std::string> found(const std::string& wanted) {
    std::vector<std::string> names;
    for (const Annotated& annotated : find_annotated(sample(), wanted)) names.push_back(annotated.name);
    return names;
}

using Names = std::vector<std::string>;

TEST_CASE("Files are found by their path or the end of it, functions by name or its last part") {
    CHECK(found("solver.py") == Names{"/home/user/heat/solver.py"});
    CHECK(found("heat/kernel.c") == Names{"/home/user/heat/kernel.c"});
    CHECK(found("olver.py").empty());
    CHECK(found("Solver.step") == Names{"/home/user/heat/solver.py:Solver.step"});
    CHECK(found("step") == found("Solver.step"));
    CHECK(found("solver.py:step") == found("Solver.step"));
    CHECK(found("app.py:step").empty());
    CHECK(found("heat_step") == Names{"/home/user/heat/kernel.c:heat_step(double*, int)"});
    CHECK(found("hot") == Names{":__main__::hot[abi:v1](double)"});
    CHECK(found("dgemm_kernel_HASWELL") == Names{"/usr/lib/x86_64-linux-gnu/libopenblas.so.0:dgemm_kernel_HASWELL"});
    CHECK(found("").empty());
}

TEST_CASE("A slip is recognised") {
    CHECK(similar_annotated(sample(), "stencli") == "stencil");
    CHECK(similar_annotated(sample(), "solvr.py") == "solver.py");
    CHECK(similar_annotated(sample(), "nothing_like_it").empty());
}

// app.py with main() and work(), in a folder of its own.
class Program {
public:
    Program() : path_{folder_.path() + "/app.py"} {
        std::ofstream{path_} << "def work():\n\tx = 1\n    slow()\n\n\n\n\n\n\ndef main():\n    pass\n    work()\n";
    }
    profile::Profile profile() const {
        profile::Profile profile = test_support::small_profile();
        for (profile::Function& function : profile.functions) function.file = path_;
        return profile;
    }
    std::string text(const std::string& wanted, bool all = false, const Style& style = {.width = 200}) const {
        const profile::Profile shown = profile();
        const std::vector<Annotated> found = find_annotated(shown, wanted);
        REQUIRE(found.size() == 1);
        return annotate(shown, found.front(), all, style);
    }
    const std::string& path() const { return path_; }

private:
    test_support::TemporaryFolder folder_;
    std::string path_;
};

TEST_CASE("Lines have their shares, with the text around them") {
    const Program program;
    const std::string work = program.text("work");
    // 30 of 40 samples at line 3; the tab is as wide as on a terminal.
    CHECK(work.find("75.0 %  75.0 %  100/  0/  0     3      slow()\n") != std::string::npos);
    CHECK(work.find("   2          x = 1\n") != std::string::npos);
    CHECK(work.find("main()") == std::string::npos);
    const std::string file = program.text("app.py");
    CHECK(file.find("25.0 %  100.0 %") != std::string::npos);
    CHECK(file.find("...") != std::string::npos);
    CHECK(program.text("app.py", true).find("...") == std::string::npos);
}

TEST_CASE("No line is wider than the terminal, and colours come only where they are wanted") {
    const Program program;
    const std::string narrow = program.text("app.py", false, {.width = 50});
    CHECK(narrow.find('\033') == std::string::npos);
    Style coloured;
    coloured.colour = true;
    CHECK(program.text("work", false, coloured).find("\033[31m") != std::string::npos);
}

TEST_CASE("Missing text is said, and the lines stand without it") {
    const profile::Profile profile = sample();
    const auto text = [&](const std::string& wanted) {
        return annotate(profile, find_annotated(profile, wanted).front(), false, {.width = 300});
    };
    CHECK(text("solver.py").find("The text of /home/user/heat/solver.py cannot be had here.") != std::string::npos);
    CHECK(text("solver.py").find("  42\n") != std::string::npos);
    CHECK(text("dgemm_kernel_HASWELL").find("has no debugging information") != std::string::npos);
    CHECK(text("stencil").find("ranks") != std::string::npos);
    CHECK(text("stencil").find("1.27 r0") != std::string::npos);  // 210 and 120 expiries
    const Program program;
    std::ofstream{program.path()} << "short\n";
    CHECK(program.text("main").find("is another version") != std::string::npos);
}

TEST_CASE("Counters and their ratios stand beside the times") {
    profile::Profile profile = test_support::measured_profile();
    profile.run.counters = {"PAPI_TOT_INS", "PAPI_TOT_CYC"};
    const profile::Profile shown = *prepare(profile, {});
    const std::string text = annotate(shown, find_annotated(shown, "work").front(), false, {.width = 200});
    CHECK(text.find("ipc") != std::string::npos);
    CHECK(text.find("2.00") != std::string::npos);  // 6 of 3 million
    CHECK(text.find("PAPI_TOT_CYC") != std::string::npos);
    CHECK(text.find("75.0 %") != std::string::npos);
}

}  // namespace
}  // namespace pyprof::report
