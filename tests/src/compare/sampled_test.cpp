#include "compare/sampled.h"

#include "profile/categories.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"

namespace pyprof::compare {
namespace {

using profile::Category;
using test_support::ProfileBuilder;

constexpr std::uint64_t period = ProfileBuilder::period_ns;

// main() calls work(), which multiplies matrices below cProfile's eyes; a second thread runs work() too.
struct Program {
    ProfileBuilder make;
    std::uint32_t process = make.process(-1, 100, "here");
    std::uint32_t main_thread = make.thread(process, 100, "python3", true);
    std::uint32_t other_thread = make.thread(process, 101, "Thread-1", true);
    std::uint32_t interpreter = make.module("/usr/bin/python3.11");
    std::uint32_t main = make.path(0, {make.location(make.python("main", "/app.py", 10), 12)});
    std::uint32_t work_function = make.python("Box.work", "/app.py", 1);
    std::uint32_t work_location = make.location(work_function, 3);
    std::uint32_t work = make.path(main, {work_location});

    explicit Program(const std::string& version = "3.11.2") {
        make.process_at(process).python = version;
        make.function(work_function).system_name = "work";
    }

    profile::Profile profile() {
        profile::Profile result = make.build();
        result.modules[interpreter].interpreter = true;
        return result;
    }
    static SampledFunctions sums(const profile::Profile& profile) {
        SampledFunctions sums;
        add(sums, profile, {traced_process(profile, -1)});
        return sums;
    }
};

const FunctionKey work_key{"/app.py", 1, "work"}, main_key{"/app.py", 10, "main"};

TEST_CASE("Self has the native code that a function calls, total what it calls in Python too") {
    Program program;
    const std::uint32_t blas = program.make.module("/usr/lib/libopenblas.so.0");
    const std::uint32_t dgemm = program.make.location(program.make.native("dgemm", blas));
    program.make.add(program.main, program.main_thread, 2);
    program.make.add(program.work, program.main_thread, 3);
    program.make.add(program.make.path(program.work, {dgemm}), program.main_thread, 5);
    const SampledFunctions sums = Program::sums(program.profile());
    const SampledFunction& work = sums.functions.at(work_key);
    CHECK(work.name == "Box.work");
    CHECK(work.self.weight == 8 * period);
    CHECK(work.split[static_cast<std::size_t>(Category::native)] == 5 * period);
    CHECK(work.extension == 5 * period);
    CHECK(work.native.at("dgemm (libopenblas.so.0)") == 5 * period);
    CHECK(sums.functions.at(main_key).total == 10 * period);
    CHECK(sums.functions.at(main_key).self.samples == 2);
    CHECK(sums.all.weight == 10 * period);
}

TEST_CASE("Native code of CPython and of the C library is no extension") {
    Program program;
    const std::uint32_t sort = program.make.location(program.make.native("list_sort", program.interpreter));
    const std::uint32_t copy =
        program.make.location(program.make.native("memcpy", program.make.module("/lib/libc.so.6")));
    program.make.add(program.make.path(program.work, {sort, copy}), program.main_thread, 4);
    const SampledFunction work = Program::sums(program.profile()).functions.at(work_key);
    CHECK(work.extension == 0);
    CHECK(work.self.weight == 4 * period);
}

TEST_CASE("cProfile's own code is kept apart, with what it calls") {
    Program program;
    const std::uint32_t module = program.make.module("/usr/lib/python3.11/lib-dynload/_lsprof.cpython-311.so");
    const std::uint32_t callback = program.make.location(program.make.native("profiler_callback", module));
    const std::uint32_t clock =
        program.make.location(program.make.native("clock_gettime", program.make.module("[vdso]")));
    const std::uint32_t way = program.make.location(program.make.native("call_trace_protected", program.interpreter));
    program.make.add(program.work, program.main_thread, 3);
    program.make.add(program.make.path(program.work, {way, callback, clock}), program.main_thread, 4);
    program.make.add(program.make.path(program.work, {way}), program.main_thread, 1);
    const SampledFunctions sums = Program::sums(program.profile());
    CHECK(sums.tracing == 5 * period);
    CHECK(sums.functions.at(work_key).tracing == 5 * period);
    CHECK(sums.functions.at(work_key).self.weight == 3 * period);
    CHECK(sums.functions.at(main_key).total == 3 * period);
    CHECK(sums.all.samples == 3);
}

TEST_CASE("What other tracers cost is not cProfile's") {
    Program program;
    const std::uint32_t way = program.make.location(program.make.native("call_trampoline", program.interpreter));
    program.make.add(program.make.path(program.work, {way}), program.main_thread, 4);
    CHECK(Program::sums(program.profile()).tracing == 0);
}

TEST_CASE("Before CPython 3.12 cProfile sees the main thread only") {
    for (const bool sees_all : {false, true}) {
        Program program{sees_all ? "3.12.1" : "3.11.2"};
        program.make.add(program.make.path(0, {program.work_location}), program.other_thread, 6);
        program.make.add(program.work, program.main_thread, 3);
        const SampledFunction work = Program::sums(program.profile()).functions.at(work_key);
        CHECK(work.self.samples == (sees_all ? 9 : 3));
        CHECK(work.elsewhere.samples == (sees_all ? 0 : 6));
    }
}

TEST_CASE("Of several processes the first one with Python counts") {
    Program program;
    const std::uint32_t child = program.make.process(-1, 200, "here");
    program.make.process_at(child).python = "3.11.2";
    program.make.process_at(child).started_realtime_ns = 5;
    program.make.process_at(program.process).started_realtime_ns = 4;
    program.make.add(program.work, program.make.thread(child, 200, "python3", true), 7);
    program.make.add(program.work, program.main_thread, 3);
    const profile::Profile profile = program.profile();
    CHECK(traced_process(profile, -1) == program.process);
    CHECK(traced_process(profile, 0) == profile::none);
    const SampledFunctions sums = Program::sums(profile);
    CHECK(sums.all.samples == 3);
    CHECK(sums.processes_left_out == 1);
}

TEST_CASE("A line has what it calls, once") {
    Program program;
    program.make.add(program.main, program.main_thread, 2);
    program.make.add(program.make.path(program.work, {program.work_location}), program.main_thread, 5);
    const SampledFunctions sums = Program::sums(program.profile());
    CHECK(sums.functions.at(main_key).lines.at(12) == profile::Amount{7 * period, 7});
    CHECK(sums.functions.at(work_key).lines.at(3) == profile::Amount{5 * period, 5});
}

TEST_CASE("Recursion counts once") {
    Program program;
    program.make.add(program.make.path(program.work, {program.work_location, program.work_location}),
                     program.main_thread, 4);
    CHECK(Program::sums(program.profile()).functions.at(work_key).total == 4 * period);
}

}  // namespace
}  // namespace pyprof::compare
