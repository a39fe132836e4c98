#include "report/tables.h"

#include <algorithm>

#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::report {
namespace {

Table table(By by, const Options& options = {}) {
    return table_of(*prepare(test_support::sample_profile(), options), by, options);
}

std::string exact(const Table& table, std::size_t row, const std::string& key) {
    const auto column = std::ranges::find(table.columns, key, &Column::key);
    REQUIRE(column != table.columns.end());
    return table.rows.at(row).at(static_cast<std::size_t>(column - table.columns.begin())).exact;
}

TEST_CASE("Every list has rows, and as many cells as columns") {
    for (const By by : {By::function, By::line, By::kernel, By::rank, By::thread, By::process, By::module, By::mpi}) {
        CAPTURE(static_cast<int>(by));
        const Table t = table(by);
        CHECK(!t.rows.empty());
        for (const auto& row : t.rows) CHECK(row.size() == t.columns.size());
    }
}

TEST_CASE("Tables hold full paths and nanoseconds for programs, short names for people") {
    const Table kernels = table(By::kernel);
    CHECK(exact(kernels, 0, "kernel") == "stencil");
    CHECK(exact(kernels, 0, "where") == "/home/user/heat/kernel.c:5");
    CHECK(exact(kernels, 0, "callers") == "/home/user/heat/solver.py:42");
    CHECK(exact(kernels, 0, "self_ns") == std::to_string(330 * 5'025'125));
    const Table mpi = table(By::mpi);
    CHECK(exact(mpi, 0, "call") == "MPI_Allreduce");
    CHECK(exact(mpi, 0, "rank_of_max") == "1");
}

TEST_CASE("Waiting stands beside the time of counted calls, and says how well it is known") {
    const Table mpi = table_of(test_support::counted_profile(), By::mpi, {});
    CHECK(exact(mpi, 0, "time_ns") == "2020000000");
    CHECK(exact(mpi, 0, "wait_ns") == "1990000000");
    CHECK(exact(mpi, 0, "latest_rank") == "0");
    CHECK(exact(mpi, 0, "count") == "200");
    const auto wait = std::ranges::find(mpi.columns, "wait", &Column::title) - mpi.columns.begin();
    CHECK(mpi.rows[0][static_cast<std::size_t>(wait)].shown == "<= 1.99 s");
    CHECK(exact(table(By::mpi), 0, "wait_ns").empty());
}

TEST_CASE("Programs get samples, intervals and what people have no room for") {
    const Table functions = table(By::function);
    CHECK(exact(functions, 0, "samples") == "320");
    CHECK(std::stoull(exact(functions, 0, "self_low_ns")) < 330 * 5'025'125ULL);
    CHECK(std::stoull(exact(functions, 0, "self_high_ns")) > 330 * 5'025'125ULL);
    CHECK(exact(functions, 0, "native_ns") == exact(functions, 0, "total_ns"));
    CHECK(exact(functions, 0, "io_ns").empty());  // not seen in CPU time
    CHECK(exact(functions, 0, "rank_max") == std::to_string(210 * 5'025'125));
    CHECK(exact(table(By::process), 1, "run_delay_ns") == "2000000");
    CHECK(exact(table(By::module), 0, "build_id").size() == 40);
    CHECK(exact(table_of(test_support::counted_profile(), By::mpi, {}), 0, "longest_ns") == "400000");
}

TEST_CASE("A limit shortens a list") { CHECK(table(By::function, {.limit = 3}).rows.size() == 3); }

}  // namespace
}  // namespace pyprof::report
