#include "formats/stacks.h"

#include "profile/sums.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

namespace pyprof::formats {
namespace {

TEST_CASE("Lines of a function are one frame or several, as asked") {
    test_support::ProfileBuilder make;
    const std::uint32_t f = make.python("f", "app.py", 1);
    make.location(f, 2);
    make.location(f, 3);
    CHECK(Frames(make.build(), Granularity::function).all().size() == 1);
    CHECK(Frames(make.build(), Granularity::line).all().size() == 2);
}

TEST_CASE("Two functions of one name in one file stay two frames") {
    test_support::ProfileBuilder make;
    make.location(make.python("<lambda>", "app.py", 1), 1);
    make.location(make.python("<lambda>", "app.py", 5), 5);
    CHECK(Frames(make.build(), Granularity::function).all().size() == 2);
}

TEST_CASE("Stacks that become equal are added up") {
    test_support::ProfileBuilder make;
    const std::uint32_t thread = make.thread(make.process(-1, 1, "here"), 1, "", true);
    const std::uint32_t f = make.python("f", "app.py", 1);
    make.add(make.path(0, {make.location(f, 2)}), thread, 3);
    make.add(make.path(0, {make.location(f, 3)}), thread, 4);
    const profile::Profile profile = make.build();
    const auto stacks = stacks_of(Frames{profile, Granularity::function}, profile.values);
    REQUIRE(stacks.size() == 1);
    CHECK(stacks[0].weight == 7 * test_support::ProfileBuilder::period_ns);
}

TEST_CASE("A native function without source has its library as file, and every frame has a name") {
    const profile::Profile profile = test_support::sample_profile();
    const Frames frames{profile, Granularity::function};
    bool found = false;
    for (const Frame& frame : frames.all()) {
        CHECK(!frame.name.empty());
        found = found || (frame.name == "opal_progress" && frame.file.ends_with("libmpi.so.40.30.4"));
    }
    CHECK(found);
}

TEST_CASE("Processes and threads have names that tell them apart") {
    profile::Process process;
    CHECK(name_of(process) == "small values of all ranks");
    process.pid = 7;
    process.host = "here\xff";
    CHECK(name_of(process) == "here\ufffd 7");
    process.rank = 0;
    CHECK(name_of(process) == "rank 0 here\ufffd 7");
    profile::Thread thread;
    thread.tid = 8;
    thread.name = "Main";
    CHECK(name_of(thread) == "8 Main");
    thread.folded = 3;
    CHECK(name_of(thread) == "ended threads");
}

TEST_CASE("A frame knows its function's first line, library and domain") {
    test_support::ProfileBuilder make;
    make.location(make.python("f", "app.py", 4), 5);
    make.location(make.native("g", make.module("/lib/g.so"), "g.c", 9), 10);
    make.location(make.native("h", make.module("/lib/h.so")));
    const Frames frames{make.build(), Granularity::line};
    REQUIRE(frames.all().size() == 3);
    const Frame& f = frames.all()[frames.of_location(0)];
    CHECK(f.first_line == 4);
    CHECK(f.line == 5);
    CHECK(f.module.empty());
    CHECK(f.domain == profile::Domain::python);
    const Frame& g = frames.all()[frames.of_location(1)];
    CHECK(g.module == "/lib/g.so");
    CHECK(g.file == "g.c");
    CHECK(g.domain == profile::Domain::native);
    CHECK(frames.all()[frames.of_location(2)].file == "/lib/h.so");
}

TEST_CASE("A name for a format of lines is on one line") { CHECK(one_line("a\nb\r\tc\x7f;ü") == "a b  c ;ü"); }

}  // namespace
}  // namespace pyprof::formats
