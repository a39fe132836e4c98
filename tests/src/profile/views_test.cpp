#include "profile/views.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "profile/select.h"
#include "profile/tree.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

namespace pyprof::profile {
namespace {

using test_support::ProfileBuilder;

constexpr std::uint64_t period = ProfileBuilder::period_ns;

std::string name_of_row(const Profile& profile, const auto& row) { return profile.functions[row.function].name; }

const auto& row_named(const Profile& profile, const auto& rows, std::string_view name) {
    const auto row = std::ranges::find_if(rows, [&](const auto& r) { return name_of_row(profile, r) == name; });
    REQUIRE(row != rows.end());
    return *row;
}

TEST_CASE("Exclusive values of functions sum to the total, also without machinery") {
    const Profile profile = test_support::sample_profile();
    const Profile simple = without_machinery(profile);
    CHECK(sum_all(simple) == sum_all(profile));
    std::uint64_t sum = 0;
    for (const FunctionRow& row : function_rows(simple)) sum += row.cost.self.weight;
    CHECK(sum == sum_all(profile).weight);
}

TEST_CASE("Recursion counts once per stack") {
    const Profile profile = without_machinery(test_support::sample_profile());
    const auto rows = function_rows(profile);
    const FunctionRow& recurse = row_named(profile, rows, "recurse");
    CHECK(recurse.cost.self.samples == 10);
    CHECK(recurse.cost.total.samples == 10);
}

TEST_CASE("A line of Python carries what it called, split by what that did") {
    const Profile profile = without_machinery(test_support::sample_profile());
    const auto rows = line_rows(profile);
    const LineRow& line = row_named(profile, rows, "Solver.step");
    CHECK(line.line == 42);
    const Split& split = line.cost.split;
    std::uint64_t sum = 0;
    for (const std::uint64_t part : split) sum += part;
    CHECK(sum == line.cost.total.weight);
    CHECK(split[static_cast<std::size_t>(Category::mpi)] == 103 * period);
    CHECK(split[static_cast<std::size_t>(Category::gc)] == 6 * period);
    CHECK(split[static_cast<std::size_t>(Category::python)] == (20 + 22 + 5) * period);
    CHECK(line.cost.self.samples == 20 + 22 + 5);
    CHECK(line.own == line.cost.total.weight);  // it calls no other Python line
    const LineRow& caller = row_named(profile, rows, "<module>");
    const std::uint64_t native_below = (2 + 3) * period;  // operator< and the JIT function
    CHECK(caller.own == caller.cost.self.weight + native_below);
    CHECK(caller.cost.total.weight > line.cost.total.weight);
}

TEST_CASE("A kernel knows its own line, its callers and its other threads") {
    const Profile profile = without_machinery(test_support::sample_profile());
    const auto rows = kernel_rows(profile);
    const KernelRow& stencil = row_named(profile, rows, "stencil");
    CHECK(stencil.line == 5);
    CHECK(stencil.cost.self.weight == (210 + 120) * period);
    REQUIRE(stencil.callers.size() == 1);
    CHECK(profile.functions[stencil.callers[0].function].name == "Solver.step");
    CHECK(stencil.callers[0].line == 42);
    CHECK(stencil.callers[0].weight == stencil.cost.self.weight);

    const KernelRow& dgemm = row_named(profile, rows, "dgemm_kernel_HASWELL");
    CHECK(dgemm.cost.self.samples == 75);
    CHECK(dgemm.callers.at(0).weight == 40 * period);
    for (const KernelRow& row : rows) {
        const Function& function = profile.functions[row.function];
        CHECK((function.domain == Domain::native || function.domain == Domain::jit));
        CHECK(function.name != "gc_collect_main");
        CHECK(row.cost.self.weight > 0);
    }
}

TEST_CASE("What MPI and CPython do for themselves is no kernel") {
    ProfileBuilder make;
    const std::uint32_t thread = make.thread(make.process(0, 1, "here"), 1, "", true);
    const std::uint32_t python = make.module("libpython3.11.so"), mpi = make.module("libmpi.so");
    const std::uint32_t copy = make.location(make.native("memcpy", make.module("libc.so.6")));
    const std::uint32_t add = make.location(make.native("long_add", python));
    const std::uint32_t send = make.native("MPI_Send", mpi);
    make.function(send).domain = Domain::mpi;
    const std::uint32_t line = make.path(0, {make.location(make.python("step", "a.py", 1), 2)});
    make.add(make.path(line, {copy}), thread, 3);
    make.add(make.path(line, {make.location(send), copy}), thread, 50);
    make.add(make.path(line, {add}), thread, 20);
    Profile profile = make.build();
    profile.modules[python].interpreter = true;
    const auto rows = kernel_rows(profile);
    REQUIRE(rows.size() == 1);
    CHECK(name_of_row(profile, rows[0]) == "memcpy");
    CHECK(rows[0].cost.self.samples == 3);
    CHECK(rows[0].cost.total.samples == 3);
}

TEST_CASE("Ranks, threads and processes hold all values; modules those of their functions") {
    const Profile profile = without_machinery(test_support::sample_profile());
    const Amount all = sum_all(profile);
    std::uint64_t of_ranks = 0, of_threads = 0, of_processes = 0;
    for (const RankRow& row : rank_rows(profile)) {
        of_ranks += row.self.weight;
        std::uint64_t categories = 0;
        for (const std::uint64_t part : row.categories) categories += part;
        CHECK(categories == row.self.weight);
    }
    for (const ThreadRow& row : thread_rows(profile)) of_threads += row.self.weight;
    for (const ProcessRow& row : process_rows(profile)) of_processes += row.self.weight;
    CHECK(of_ranks == all.weight);
    CHECK(of_threads == all.weight);
    CHECK(of_processes == all.weight);

    const auto ranks = rank_rows(profile);
    REQUIRE(ranks.size() == 2);
    CHECK(ranks[1].threads == 5);  // main, three folded workers, the child's
    CHECK(profile.processes[ranks[1].process].pid == 2000);

    const auto modules = module_rows(profile);
    CHECK(profile.modules[modules[0].module].path == "/home/user/heat/libkernel.so");
    const auto blas = std::ranges::find_if(
        modules, [&](const ModuleRow& row) { return profile.modules[row.module].path.ends_with("libopenblas.so.0"); });
    CHECK(blas->self.samples == 79);
    CHECK(blas->named == 75 * period);
}

TEST_CASE("Categories sum to the total") {
    const Profile profile = test_support::sample_profile();
    std::uint64_t sum = 0;
    for (const std::uint64_t part : category_sums(profile)) sum += part;
    CHECK(sum == sum_all(profile).weight);
    CHECK(category_sums(profile) == category_sums(without_machinery(profile)));
    CHECK(category_sums(profile)[static_cast<std::size_t>(Category::import)] == 8 * period);
}

TEST_CASE("A run without MPI has no ranks and no spread") {
    const Profile profile = test_support::small_profile();
    CHECK(rank_rows(profile).empty());
    CHECK(!function_rows(profile).at(0).cost.self_ranks);
}

TEST_CASE("Processes stand by rank, then in the order in which they began, those without a rank last") {
    test_support::ProfileBuilder make;
    const std::pair<std::int32_t, std::int32_t> ranks_and_pids[] = {{-1, 9}, {1, 30}, {0, 20}, {1, 10}};
    for (const auto& [rank, pid] : ranks_and_pids)
        make.process_at(make.process(rank, pid, "here")).started_realtime_ns = static_cast<std::uint64_t>(100 - pid);
    const Profile profile = make.build();
    std::vector<std::int32_t> pids;
    for (const ProcessRow& row : process_rows(profile)) pids.push_back(profile.processes[row.process].pid);
    CHECK(pids == std::vector<std::int32_t>{20, 30, 10, 9});
}

TEST_CASE("What a rank gave to the sums over all ranks counts in its row, and in no process") {
    ProfileBuilder make;
    const std::uint32_t work = make.path(0, {make.location(make.native("work", make.module("app")))});
    const std::uint32_t main = make.thread(make.process(3, 100, "host"), 100, "main", false);
    const std::uint32_t all = make.thread(make.process(-1, 0, ""), 0, "[small values of all ranks]", false);
    make.thread_at(main).summed = {30, 30 * period, 10 * period};
    make.add(work, main, 50);
    make.add(work, all, 300);
    const Profile profile = make.build();
    const auto rows = rank_rows(profile);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].self.weight == 80 * period);
    CHECK(rows[0].self.samples == 80);
    CHECK(rows[0].categories[static_cast<std::size_t>(Category::mpi)] == 10 * period);
    CHECK(rows[0].categories[static_cast<std::size_t>(Category::other)] == 20 * period);
    CHECK(function_rows(profile).at(0).cost.self.weight == 350 * period);
    CHECK(process_rows(profile).size() == 1);
    CHECK(profile.process_count() == 1);
}

}  // namespace
}  // namespace pyprof::profile
