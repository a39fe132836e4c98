#include "profile/compiling.h"

#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"

namespace pyprof::profile {
namespace {

using test_support::ProfileBuilder;

struct Frames {
    ProfileBuilder make;
    std::uint32_t thread = make.thread(make.process(-1, 1, "host"), 1, "main", true);
    std::uint32_t first = make.location(make.python("<module>", "app.py", 1), 7);
    std::uint32_t second = make.location(make.python("<module>", "app.py", 1), 9);
    std::uint32_t import = make.location(make.python("_find_and_load", "<frozen importlib._bootstrap>", 1), 2);
    std::uint32_t dispatcher =
        make.location(make.python("_Dispatcher._compile_for_args", "/lib/numba/core/dispatcher.py", 1), 2);
    std::uint32_t repr = make.location(make.python("_Dispatcher.__repr__", "/lib/numba/core/dispatcher.py", 5), 6);
    std::uint32_t passes = make.location(make.python("run", "/lib/numba/core/compiler_machinery.py", 1), 2);
    std::uint32_t llvm = make.location(make.native("LLVMPY_RunPassManager", make.module("libllvmlite.so")));

    void add(const std::vector<std::uint32_t>& stack, std::uint64_t samples) {
        make.add(make.path(0, stack), thread, samples);
    }
};

TEST_CASE("Compiling is charged to the line whose call began it") {
    Frames f;
    f.add({f.first, f.dispatcher, f.passes, f.llvm}, 3);
    f.add({f.second, f.dispatcher, f.passes}, 4);
    f.add({f.second, f.dispatcher, f.llvm}, 1);
    f.add({f.second, f.repr, f.first, f.passes}, 1);
    f.add({f.second, f.llvm}, 50);
    f.add({f.second, f.repr}, 50);
    const Profile profile = f.make.build();
    const std::vector<CompileRow> rows = compile_rows(profile);
    REQUIRE(rows.size() == 2);
    CHECK(profile.locations[rows[0].caller].line == 9);
    CHECK(rows[0].total.samples == 6);
    CHECK(profile.locations[rows[1].caller].line == 7);
    CHECK(rows[1].total.samples == 3);
}

TEST_CASE("To import a compiler is not to compile; what a compiler imports while it compiles is") {
    Frames f;
    f.add({f.first, f.import, f.passes, f.llvm}, 3);
    f.add({f.first, f.dispatcher, f.import, f.llvm}, 2);
    f.add({f.import, f.first, f.dispatcher}, 1);
    const std::vector<CompileRow> rows = compile_rows(f.make.build());
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].total.samples == 3);
}

TEST_CASE("Compiling without a Python line of the user has no caller") {
    Frames f;
    f.add({f.dispatcher}, 2);
    CHECK(compile_rows(f.make.build()).at(0).caller == none);
}

}  // namespace
}  // namespace pyprof::profile
