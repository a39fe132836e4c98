#include "imports/collapsed.h"

#include "profile/sums.h"
#include "profile/tree.h"
#include "tests/support/catch.h"

namespace pyprof::imports {
namespace {

profile::Profile read(std::string_view text, const CollapsedUnits& units = {}) {
    Result<profile::Profile> profile = read_collapsed(text, units);
    REQUIRE(profile);
    return *std::move(profile);
}

// "name@file:line" of each frame of a value, outermost first.
std::string stack(const profile::Profile& profile, std::size_t value) {
    std::string text;
    for (const std::uint32_t context : profile::path_to(profile, profile.values.at(value).context)) {
        const profile::Function& function = profile::function_of(profile, context);
        text += (text.empty() ? "" : " ") + function.name + "@" + function.file;
        const std::uint32_t line = profile::location_of(profile, context).line;
        if (line > 0) text += ":" + std::to_string(line);
    }
    return text;
}

TEST_CASE("Plain stacks are names and counts") {
    const profile::Profile profile = read("main;work;inner loop 12\nmain;std::vector<int>::push_back 3\n\n");
    CHECK(profile.metric == profile::Metric{"samples", "count"});
    CHECK(profile::sum_all(profile).weight == 15);
    CHECK(profile::sum_all(profile).samples == 15);
    CHECK(stack(profile, 0) == "main@ work@ inner loop@");
    CHECK(stack(profile, 1) == "main@ std::vector<int>::push_back@");
}

TEST_CASE("Places stand in brackets, as py-spy and pyprof write them") {
    const profile::Profile profile =
        read("<module> (app.py:8);step (pkg/solver.py);dgemm_ (libopenblas.so.0);operator() (x) 5\n", {"ns", "cpu"});
    CHECK(profile.metric == profile::Metric{"cpu", "nanoseconds"});
    CHECK(stack(profile, 0) == "<module>@app.py:8 step@pkg/solver.py dgemm_@ operator()@x");
    CHECK(profile.modules.size() == 1);
    CHECK(profile.modules[0].path == "libopenblas.so.0");
    CHECK(profile.functions[0].domain == profile::Domain::python);
    CHECK(profile.values[0].samples == 0);
}

TEST_CASE("profiling.sampling gives threads and file:name:line") {
    const profile::Profile profile =
        read("tid:140002;app.py:<module>:3;app.py:f:10;<GC> 7\ntid:5;app.py:<module>:3 2\n");
    CHECK(stack(profile, 0) == "<module>@app.py:3");
    CHECK(stack(profile, 1) == "<module>@app.py:3 f@app.py:10 <GC>@");
    CHECK(profile.threads.size() == 2);
    CHECK(profile.threads[0].tid == 140002);
}

TEST_CASE("Austin gives microseconds, processes and threads") {
    const profile::Profile profile = read(
        "# austin: 3.7.0\n# interval: 100\n# mode: cpu\n\nP12;T0:34;/a/app.py:main:7 150\nP13;T0:35;/a/app.py:main:7 "
        "50\n# duration: 9\n");
    CHECK(profile.metric == profile::Metric{"cpu", "nanoseconds"});
    CHECK(profile::sum_all(profile).weight == 200'000);
    CHECK(profile.processes.size() == 2);
    CHECK(profile.processes[0].pid == 12);
    CHECK(profile.threads[1].tid == 35);
    CHECK(stack(profile, 0) == "main@/a/app.py:7");
    CHECK(profile::sum_all(read("# austin: 3.7.0\n# mode: full\nP1;T0:1;a.py:f:1 150,1,-3\n")).weight == 150'000);
    CHECK(!read_collapsed("# austin: 3.7.0\n# mode: memory\nP1;T0:1;a.py:f:1 150\n", {}));
}

TEST_CASE("Names that only look like threads are frames") {
    CHECK(stack(read("P12;work 3\n"), 0) == "P12@ work@");
    CHECK(stack(read("tid:x;work 3\n"), 0) == "tid:x@ work@");
}

TEST_CASE("Errors name the line") {
    for (const char* text : {"main;work\n", "main 12.5\n", "main -3\n", "main 99999999999999999999\n"}) {
        const Result<profile::Profile> profile = read_collapsed(std::string{"a 1\n"} + text, {});
        REQUIRE(!profile);
        CHECK(profile.error().message().starts_with("line 2: "));
    }
    CHECK(!read_collapsed("", {}));
    CHECK(!read_collapsed("a 0\n", {}));
}

TEST_CASE("Lines may end as elsewhere, and a stack may be empty") {
    const profile::Profile profile = read("a;b 1\r\n 4\r\n");
    CHECK(profile::sum_all(profile).weight == 5);
    CHECK(profile.values[0].context == 0);
}

}  // namespace
}  // namespace pyprof::imports
