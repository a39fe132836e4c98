#include "profile/mpi_calls.h"

#include "profile/select.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

using namespace pyprof::profile;
using pyprof::test_support::ProfileBuilder;
namespace test_support = pyprof::test_support;

namespace {

constexpr std::uint64_t period = ProfileBuilder::period_ns;

// Two ranks that call MPI from one line.
struct TwoRanks {
    ProfileBuilder make;
    std::uint32_t line = make.path(0, {make.location(make.python("step", "app.py", 1), 7)});
    std::uint32_t first = make.thread(make.process(0, 10, "here"), 10, "", true);
    std::uint32_t second = make.thread(make.process(1, 11, "here"), 11, "", true);

    Call call(std::uint32_t thread, std::uint8_t size_class, std::uint64_t count, std::uint64_t time_ns,
              std::uint64_t shortest_ns) const {
        return {.context = line,
                .thread = thread,
                .name = "MPI_Allreduce",
                .kind = CallKind::collective,
                .peer = CallPeer::collective,
                .ranks = 2,
                .size_class = size_class,
                .count = count,
                .bytes = 8 * count,
                .time_ns = time_ns,
                .shortest_ns = shortest_ns,
                .longest_ns = time_ns};
    }
    MpiRow only_row(std::vector<Call> calls) const {
        Profile profile = make.build();
        profile.calls = std::move(calls);
        const std::vector<MpiRow> rows = mpi_rows(profile);
        REQUIRE(rows.size() == 1);
        return rows[0];
    }
};

}  // namespace

TEST_CASE("MPI calls are the outermost MPI functions, by the Python line that made them") {
    const Profile profile = without_machinery(test_support::sample_profile());
    const auto rows = mpi_rows(profile);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].call == "MPI_Allreduce");
    CHECK(rows[0].cost.total.samples == 103);
    CHECK(profile.locations[rows[0].caller].line == 42);
    CHECK(rows[0].cost.total_ranks->argmax == 1);
    CHECK(rows[0].cost.total_ranks->max == 98 * period);
}

TEST_CASE("What is called while a module is imported is called by the line that imports it") {
    ProfileBuilder make;
    const std::uint32_t thread = make.thread(make.process(0, 10, "here"), 10, "", true);
    const std::uint32_t call = make.native("MPI_Init_thread", make.module("libmpi.so"));
    make.function(call).domain = Domain::mpi;
    const std::uint32_t line = make.location(make.python("<module>", "app.py", 1), 3);
    const std::uint32_t machinery = make.location(make.python("_load", "<frozen importlib._bootstrap>", 1), 9);
    make.add(make.path(0, {line, machinery, make.location(call)}), thread, 5);
    const std::vector<MpiRow> rows = mpi_rows(make.build());
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].caller == line);
}

TEST_CASE("The two symbols of an MPI function are one call, and internals of MPI are none") {
    ProfileBuilder make;
    const std::uint32_t thread = make.thread(make.process(0, 1, "here"), 1, "", true), mpi = make.module("libmpi.so");
    const auto function = [&](const char* name) {
        const std::uint32_t index = make.native(name, mpi);
        make.function(index).domain = Domain::mpi;
        return make.location(index);
    };
    const std::uint32_t line = make.path(0, {make.location(make.python("f", "app.py", 1), 2)});
    make.add(make.path(line, {function("PMPI_Send")}), thread, 2);
    make.add(make.path(line, {function("MPI_Send"), function("PMPI_Recv")}), thread, 3);
    make.add(make.path(0, {function("opal_progress")}), thread, 5);
    const auto rows = mpi_rows(make.build());
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].call == "MPI_Send");
    CHECK(rows[0].cost.total.samples == 5);
}

TEST_CASE("A run without MPI has no calls") { CHECK(mpi_rows(test_support::small_profile()).empty()); }

TEST_CASE("Waiting is what goes beyond the quickest call of the same size on any rank") {
    const TwoRanks job;
    const MpiRow row = job.only_row({job.call(job.first, 4, 10, 1'000, 20), job.call(job.second, 4, 10, 250, 25),
                                     job.call(job.first, 9, 1, 700, 700), job.call(job.second, 9, 1, 900, 900)});
    const CountedCalls& calls = row.counted.value();
    CHECK(row.call == "MPI_Allreduce");
    CHECK(calls.count == 22);
    CHECK(calls.bytes == 22 * 8);
    CHECK(calls.time_ns == 2'850);
    CHECK(calls.waiting == Waiting::at_most);
    // Rank 0: 1000 - 10 x 20 and nothing; rank 1: 250 - 10 x 20 and 900 - 700.
    CHECK(calls.wait_ns == 800 + 250);
    CHECK(calls.wait_ranks->max == 800);
    CHECK(calls.wait_ranks->argmin == 1);
    CHECK(calls.wait_ranks->sigma == 275);
    CHECK(calls.time_ranks->mean == 1'425);
    CHECK(calls.shortest_ns == 20);
    CHECK(calls.longest_ns == 1'000);
}

TEST_CASE("Transfer is as quick as the quickest call that compares") {
    TwoRanks job;
    const auto transfer_of = [&](std::vector<Call> calls) {
        Profile profile = job.make.build();
        profile.calls = std::move(calls);
        return transfer_times(profile);
    };
    const auto call = [&](const char* name, CallKind kind, std::uint8_t size_class, std::uint64_t shortest_ns) {
        Call made = job.call(job.first, size_class, 3, 100, shortest_ns);
        made.name = name;
        made.kind = kind;
        return made;
    };
    const Call receive = call("MPI_Recv", CallKind::point, 4, 30), send = call("MPI_Send", CallKind::point, 4, 2),
               long_send = call("MPI_Send", CallKind::point, 9, 20),
               reduce = call("MPI_Reduce", CallKind::collective, 4, 9), wait = call("MPI_Wait", CallKind::wait, 0, 1),
               wait_all = call("MPI_Waitall", CallKind::wait, 0, 30), start = call("MPI_Isend", CallKind::start, 4, 1);
    CHECK(transfer_of({receive, send, long_send, reduce, wait, wait_all, start}) ==
          std::vector<std::uint64_t>{6, 6, 60, 27, 3, 3, 100});
    Call synchronised = reduce;
    synchronised.synchronising_ns = 50;
    CHECK(transfer_of({synchronised}) == std::vector<std::uint64_t>{100});
    Call slow = reduce;
    slow.shortest_ns = 99;
    CHECK(transfer_of({slow}) == std::vector<std::uint64_t>{100});  // a damaged row claims more than it took
}

TEST_CASE("The function tells whom it waits for") {
    const auto state_of = [](const char* name, CallKind kind) {
        TwoRanks job;
        Call call = job.call(job.first, 4, 2, 100, 10);
        call.name = name;
        call.kind = kind;
        return job.only_row({call}).counted->wait_state;
    };
    CHECK(state_of("MPI_Recv", CallKind::point) == WaitState::late_sender);
    CHECK(state_of("MPI_Mprobe", CallKind::point) == WaitState::late_sender);
    CHECK(state_of("MPI_Ssend", CallKind::point) == WaitState::late_receiver);
    CHECK(state_of("MPI_Sendrecv", CallKind::point) == WaitState::late_partner);
    CHECK(state_of("MPI_Allreduce", CallKind::collective) == WaitState::collective);
    CHECK(state_of("MPI_Neighbor_alltoall", CallKind::neighborhood) == WaitState::collective);
    CHECK(state_of("MPI_Barrier", CallKind::barrier) == WaitState::barrier);
    CHECK(state_of("MPI_Waitall", CallKind::wait) == WaitState::unknown);
    CHECK(state_of("MPI_Isend", CallKind::start) == WaitState::unknown);
    CHECK(name_of(WaitState::unknown) == nullptr);
    CHECK(std::string{name_of(WaitState::late_receiver)} == "late_receiver");
}

TEST_CASE("Barriers before the calls measure the waiting") {
    const TwoRanks job;
    Call early = job.call(job.first, 4, 2, 60, 30), late = job.call(job.second, 4, 2, 50, 25);
    early.synchronising_ns = 5'000;
    late.synchronising_ns = 10;
    const CountedCalls calls = job.only_row({early, late}).counted.value();
    CHECK(calls.waiting == Waiting::measured);
    CHECK(calls.wait_ns == 5'010);
    CHECK(calls.time_ns == 5'010 + 110);
    CHECK(calls.latest_rank() == 1);
    CHECK(calls.waiting_ranks == 1);
}

TEST_CASE("A late rank is named only where all make the call together") {
    const TwoRanks job;
    Call early = job.call(job.first, 4, 1, 1'000, 1'000), late = job.call(job.second, 4, 1, 100, 100);
    SECTION("all together") { CHECK(job.only_row({early, late}).counted->latest_rank() == 1); }
    SECTION("one with one") {
        early.kind = late.kind = CallKind::point;
        CHECK(job.only_row({early, late}).counted->latest_rank() == -1);
    }
    SECTION("nobody is late") {
        late.time_ns = 999;
        early.time_ns = 1'000;
        CHECK(job.only_row({early, late, job.call(job.first, 4, 1, 100, 100), job.call(job.second, 4, 1, 100, 100)})
                  .counted->latest_rank() == -1);
    }
    SECTION("what returns at once does not wait") {
        early.kind = late.kind = CallKind::start;
        const CountedCalls calls = job.only_row({early, late}).counted.value();
        CHECK(calls.waiting == Waiting::never);
        CHECK(calls.wait_ns == 0);
        CHECK(!calls.wait_ranks);
        CHECK(calls.latest_rank() == -1);
    }
}

TEST_CASE("Samples of a counted call belong to its row, and those of others have rows of their own") {
    TwoRanks job;
    const std::uint32_t mpi = job.make.module("libmpi.so");
    for (const char* name : {"PMPI_Allreduce", "MPI_Comm_rank"}) {
        const std::uint32_t function = job.make.native(name, mpi);
        job.make.function(function).domain = Domain::mpi;
        job.make.add(job.make.path(job.line, {job.make.location(function)}), job.first, 3);
    }
    Profile profile = job.make.build();
    profile.calls = {job.call(job.first, 0, 1, 5 * period, 1)};
    const std::vector<MpiRow> rows = mpi_rows(profile);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].call == "MPI_Allreduce");
    CHECK(rows[0].time() == 5 * period);
    CHECK(rows[0].cost.total.samples == 3);
    CHECK(rows[1].call == "MPI_Comm_rank");
    CHECK(!rows[1].counted);
    CHECK(rows[1].time() == 3 * period);
}

TEST_CASE("Callers without Python are native places, and ranks keep their own calls") {
    TwoRanks job;
    const std::uint32_t solver = job.make.location(job.make.native("solve", job.make.module("app"), "app.c", 3), 9);
    Call call = job.call(job.second, 0, 4, 40, 10);
    call.context = job.make.path(0, {solver});
    Profile profile = job.make.build();
    profile.calls = {call};
    CHECK(mpi_rows(profile).at(0).caller == solver);
    CHECK(mpi_rows(only_rank(profile, 1)).size() == 1);
    CHECK(mpi_rows(only_rank(profile, 0)).empty());
    CHECK(mpi_rows(without_machinery(profile)).at(0).counted->count == 4);
}

TEST_CASE("The time of ranks is the longest of each rank's processes") {
    TwoRanks job;
    const std::uint32_t child = job.make.process(1, 12, "here");
    job.make.process_at(0).wall_ns = 5;
    job.make.process_at(1).wall_ns = 3;
    job.make.process_at(child).wall_ns = 7;
    CHECK(time_of_ranks(job.make.build()) == 12);
}
