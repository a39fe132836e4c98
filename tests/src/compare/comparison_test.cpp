#include "compare/comparison.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"

namespace pyprof::compare {
namespace {

using test_support::ProfileBuilder;

constexpr double period_s = static_cast<double>(ProfileBuilder::period_ns) / 1e9;

// Samples of functions of /app.py: name -> count, in the main thread of one process for each rank.
class Program {
public:
    explicit Program(std::vector<std::int32_t> ranks = {-1}) {
        for (const std::int32_t rank : ranks) {
            const std::uint32_t process = make_.process(rank, 100 + rank, "here");
            make_.process_at(process).python = "3.11.2";
            threads_.push_back(make_.thread(process, 100 + rank, "python3", true));
        }
        other_ = make_.thread(0, 7, "Thread-1", true);
    }
    void sample(const std::string& name, std::uint32_t line, std::uint64_t samples, std::size_t rank = 0) {
        make_.add(at(name, line), threads_[rank], samples);
    }
    void sample_elsewhere(const std::string& name, std::uint32_t line, std::uint64_t samples) {
        make_.add(at(name, line), other_, samples);
    }
    void sample_library(const std::string& name, std::uint32_t line, std::uint64_t samples) {
        const std::uint32_t native = make_.location(make_.native("dgemm", make_.module("/lib/libblas.so")));
        make_.add(make_.path(at(name, line), {native}), threads_[0], samples);
    }
    profile::Profile profile() const { return make_.build(); }

private:
    std::uint32_t at(const std::string& name, std::uint32_t line) {
        return make_.path(0, {make_.location(make_.python(name, "/app.py", line), line)});
    }
    ProfileBuilder make_;
    std::vector<std::uint32_t> threads_;
    std::uint32_t other_ = 0;
};

Traced traced(std::vector<tracers::CountedFunction> functions, std::int32_t rank = -1) {
    return {rank, tracers::CallStatistics{std::move(functions)}};
}

tracers::CountedFunction counted(const std::string& name, std::uint32_t line, std::uint64_t calls, double self_s) {
    return {"/app.py", line, name, {calls, calls, self_s, self_s}, {}};
}

Comparison compare_one(const Program& program, const Traced& counts) {
    Comparer comparer;
    REQUIRE(comparer.add(program.profile(), {counts}));
    return comparer.compare();
}

const Row& row_of(const Comparison& comparison, std::string_view name) {
    const auto row = std::ranges::find(comparison.rows, name, &Row::name);
    REQUIRE(row != comparison.rows.end());
    return *row;
}

bool has(const Row& row, Flag flag) { return std::ranges::find(row.flags, flag) != row.flags.end(); }

TEST_CASE("What cProfile counts beyond the samples is its tax on every call") {
    Program program;
    program.sample("f", 1, 100);
    const Comparison comparison = compare_one(program, traced({counted("f", 1, 1000, 300 * period_s)}));
    const Row& row = row_of(comparison, "f");
    REQUIRE(row.inflation);
    CHECK(std::abs(*row.inflation - 3) < 1e-9);
    CHECK(std::abs(*row.tax_per_call_s - 200 * period_s / 1000) < 1e-12);
    CHECK(std::abs(*comparison.tax_per_call_s - *row.tax_per_call_s) < 1e-12);
    CHECK(has(row, Flag::overcharged));
    CHECK(row.sampled_self_ci.low <= row.sampled_self_s);
    CHECK(row.sampled_self_ci.high >= row.sampled_self_s);
}

TEST_CASE("A difference within the interval is no overcharge") {
    Program program;
    program.sample("f", 1, 20);
    program.sample("g", 5, 200);
    const Comparison comparison =
        compare_one(program, traced({counted("f", 1, 1, 25 * period_s), counted("g", 5, 1, 200 * period_s)}));
    CHECK_FALSE(comparison.tax_per_call_s);
    CHECK_FALSE(has(row_of(comparison, "f"), Flag::overcharged));
    CHECK_FALSE(has(row_of(comparison, "g"), Flag::overcharged));
}

TEST_CASE("Libraries below a function are hidden from cProfile") {
    Program program;
    program.sample("f", 1, 10);
    program.sample_library("f", 1, 90);
    const Comparison comparison = compare_one(program, traced({counted("f", 1, 1, 100 * period_s)}));
    const Row& row = row_of(comparison, "f");
    CHECK(has(row, Flag::hidden_native));
    REQUIRE_FALSE(row.native.empty());
    CHECK(row.native[0].name == "dgemm (libblas.so)");
}

TEST_CASE("Functions that one side does not have are said") {
    Program program;
    program.sample("sampled_only", 1, 50);
    program.sample("rare", 2, 3);
    program.sample_elsewhere("threaded", 3, 50);
    const Comparison comparison =
        compare_one(program, traced({counted("counted_only", 9, 1, 30 * period_s),
                                     counted("brief", 20, 1, 2 * period_s), counted("rare", 2, 1, period_s)}));
    CHECK(has(row_of(comparison, "sampled_only"), Flag::unseen_by_cprofile));
    CHECK(row_of(comparison, "threaded").flags == std::vector{Flag::other_thread});
    CHECK_FALSE(has(row_of(comparison, "threaded"), Flag::unseen_by_cprofile));
    CHECK(has(row_of(comparison, "counted_only"), Flag::unseen_by_sampling));
    CHECK(row_of(comparison, "brief").flags.empty());
    CHECK(row_of(comparison, "rare").flags == std::vector{Flag::below_resolution});
    CHECK_FALSE(row_of(comparison, "rare").inflation);
}

TEST_CASE("Ranks are sums, runs are means") {
    Program program{{0, 1}};
    program.sample("f", 1, 30, 0);
    program.sample("f", 1, 50, 1);
    Comparer comparer;
    const std::vector counts{traced({counted("f", 1, 10, 0.5)}, 0), traced({counted("f", 1, 20, 0.25)}, 1)};
    REQUIRE(comparer.add(program.profile(), counts));
    REQUIRE(comparer.add(program.profile(), counts));
    const Comparison comparison = comparer.compare();
    CHECK(comparison.ranks == 2);
    CHECK(comparison.runs == 2);
    const Row& row = row_of(comparison, "f");
    CHECK(row.counted->calls == 30);
    CHECK(row.counted->self_s == 0.75);
    CHECK(std::abs(row.sampled_self_s - 80 * period_s) < 1e-9);
    CHECK(row.samples == 160);
}

TEST_CASE("The order of functions is correlated, ties included") {
    Program program;
    for (std::uint32_t i = 1; i <= 4; i++) program.sample("f" + std::to_string(i), i, 10 * i);
    const auto with = [&](const std::vector<double>& times) {
        std::vector<tracers::CountedFunction> functions;
        for (std::uint32_t i = 1; i <= 4; i++)
            functions.push_back(counted("f" + std::to_string(i), i, 1, times[i - 1]));
        return *compare_one(program, traced(functions)).rank_correlation;
    };
    CHECK(std::abs(with({1, 2, 3, 4}) - 1) < 1e-9);
    CHECK(std::abs(with({4, 3, 2, 1}) + 1) < 1e-9);
    CHECK(std::abs(with({2, 1, 3, 4}) - 0.8) < 1e-9);  // 1 - 6 * 2 / (4 * 15)
}

TEST_CASE("Lines have what they call, as line_profiler has it") {
    Program program;
    program.sample("f", 1, 40);  // at line 1
    tracers::LineFunction function{"/app.py", 1, "A.f", {{1, 7, 80 * period_s}, {2, 7, 0.5}}};
    const Comparison comparison = compare_one(program, {-1, tracers::LineStatistics{{function}}});
    CHECK(comparison.rows.empty());
    CHECK(comparison.tracer == "line_profiler");
    REQUIRE(comparison.lines.size() == 2);
    CHECK(comparison.lines[0].hits == 7);
    CHECK(std::abs(comparison.lines[0].sampled_s - 40 * period_s) < 1e-9);
    REQUIRE(comparison.lines[0].inflation);
    CHECK(std::abs(*comparison.lines[0].inflation - 2) < 1e-9);
    CHECK(comparison.lines[1].samples == 0);
    CHECK_FALSE(comparison.lines[1].inflation);
}

TEST_CASE("A sampled line that line_profiler has not seen has no hits") {
    Program program;
    program.sample("f", 1, 40);
    const Comparison comparison = compare_one(program, {-1, tracers::LineStatistics{{{"/app.py", 1, "f", {}}}}});
    REQUIRE(comparison.lines.size() == 1);
    CHECK(comparison.lines[0].line == 1);
    CHECK_FALSE(comparison.lines[0].hits);
    CHECK(comparison.lines[0].samples == 40);
}

TEST_CASE("A rank that was not recorded is named") {
    Comparer comparer;
    const Status added = comparer.add(Program{{0}}.profile(), {traced({}, 3)});
    REQUIRE_FALSE(added);
    CHECK(added.error().message() == "the profile has no rank 3 with Python");
}

TEST_CASE("What a large job keeps as sums over its ranks is said") {
    Program program{{0}};
    program.sample("f", 1, 40);
    profile::Profile profile = program.profile();
    profile.threads[0].summed = {.samples = 400, .weight = 2'000'000'000, .mpi = 0};
    Comparer comparer;
    REQUIRE(comparer.add(profile, {traced({}, 0)}));
    const Comparison comparison = comparer.compare();
    CHECK(std::ranges::count_if(comparison.notes, [](const std::string& note) {
              return note.starts_with("2000 ms of these ranks");
          }) == 1);
}

TEST_CASE("Samples of CPU time are no wall-clock time, which a note says") {
    const Comparison comparison = compare_one(Program{}, traced({}));
    REQUIRE(comparison.notes.size() == 1);
    CHECK(comparison.notes[0].find("--mode wall") != std::string::npos);
    CHECK_FALSE(comparison.tax_per_call_s);
}

}  // namespace
}  // namespace pyprof::compare
