#include "profile/balance.h"

#include <initializer_list>

#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"

namespace pyprof::profile {
namespace {

using test_support::ProfileBuilder;

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t period = ProfileBuilder::period_ns;

struct Use {
    std::uint64_t useful, in_mpi;  // samples
};

struct Job {
    ProfileBuilder make;
    std::uint32_t work = make.path(0, {make.location(make.python("work", "app.py", 1), 2)});
    std::uint32_t wait = 0;

    explicit Job(std::initializer_list<Use> uses) {
        const std::uint32_t call = make.native("MPI_Barrier", make.module("libmpi.so"));
        make.function(call).domain = Domain::mpi;
        wait = make.path(0, {make.location(make.python("work", "app.py", 1), 3), make.location(call)});
        std::int32_t rank = 0;
        for (const Use& use : uses) add(rank++, use);
    }
    void add(std::int32_t rank, const Use& use) {
        const std::int32_t pid = 100 + rank;
        const std::uint32_t thread = make.thread(make.process(rank, pid, "host"), pid, "main", true);
        if (use.useful != 0) make.add(work, thread, use.useful);
        if (use.in_mpi != 0) make.add(wait, thread, use.in_mpi);
    }
};

TEST_CASE("Efficiencies are those that POP defines") {
    const auto balance = balance_of(Job{{100, 110}, {200, 10}}.make.build());
    REQUIRE(balance);
    CHECK(balance->elapsed == 210 * period);
    CHECK(balance->load == 0.75);
    CHECK(balance->communication == 200.0 / 210);
    CHECK(balance->parallel == balance->load * balance->communication);
    CHECK(balance->lost_to_imbalance == 100 * period);
    CHECK(balance->lost_to_communication == 20 * period);
    CHECK(balance->ranks.at(0).in_mpi == 110 * period);
}

TEST_CASE("A rank without any useful time counts") {
    const auto balance = balance_of(Job{{0, 100}, {100, 0}}.make.build());
    REQUIRE(balance);
    CHECK(balance->load == 0.5);
    CHECK(balance->communication == 1);
}

TEST_CASE("Other threads of a rank and processes that it started do not count") {
    Job job{{100, 0}, {100, 0}};
    const std::uint32_t child = job.make.process(1, 500, "host");
    job.make.process_at(child).parent_pid = 101;
    job.make.add(job.work, job.make.thread(child, 500, "child", true), 300);
    job.make.add(job.work, job.make.thread(0, 7, "worker", false), 300);
    const auto balance = balance_of(job.make.build());
    REQUIRE(balance);
    CHECK(balance->elapsed == 100 * period);
    CHECK(balance->parallel == 1);
}

TEST_CASE("There is no balance of one rank, nor of counts") {
    CHECK_FALSE(balance_of(Job{{100, 0}}.make.build()));
    Profile counted = Job{{100, 0}, {100, 0}}.make.build();
    counted.metric = {"perf::PAGE-FAULTS", "count"};
    CHECK_FALSE(balance_of(counted));
    CHECK_FALSE(balance_of(Job{{0, 10}, {0, 10}}.make.build()));
}

// A profile of two ranks that ran for 10 s, one of which was in MPI for 1 s, the other for 6 s.
Profile counted_job() {
    Job job{{100, 0}, {100, 0}};
    job.make.process_at(0).wall_ns = job.make.process_at(1).wall_ns = 10 * second;
    Profile profile = job.make.build();
    for (const std::uint32_t thread : {0U, 1U})
        profile.calls.push_back({.context = job.work,
                                 .thread = thread,
                                 .name = "MPI_Allreduce",
                                 .kind = CallKind::collective,
                                 .ranks = 2,
                                 .count = 1,
                                 .time_ns = thread == 0 ? 1 * second : 4 * second,
                                 .synchronising_ns = thread == 0 ? 0 : 2 * second});
    return profile;
}

TEST_CASE("Counted calls say what the clock says, whatever was sampled") {
    Profile profile = counted_job();
    profile.metric = {"perf::PAGE-FAULTS", "count"};
    const auto balance = balance_of(profile);
    REQUIRE(balance);
    CHECK(balance->is_counted);
    CHECK(balance->ranks.at(1).in_mpi == 6 * second);
    CHECK(balance->elapsed == 10 * second);
    CHECK(balance->load == 13.0 / 18);
    CHECK(balance->communication == 0.9);
    CHECK(balance->lost_to_imbalance == 5 * second);
    CHECK(balance->lost_to_communication == 2 * second);
}

TEST_CASE("Calls of other threads are none of the rank's, and more than its whole time is its whole time") {
    Profile profile = counted_job();
    profile.calls[0].time_ns = 11 * second;
    profile.threads[1].tid = 7;
    CHECK_FALSE(balance_of(profile).value_or(Balance{}).is_counted);
    profile.threads[1].tid = 101;
    const auto balance = balance_of(profile);
    REQUIRE(balance);
    CHECK(balance->ranks.at(0).useful == 0);
}

TEST_CASE("What waiting takes is serialisation, and what messages take is transfer") {
    Profile profile = counted_job();
    // Each waits 4 s for the other's message, which takes one second, as the senders show.
    for (Call& call : profile.calls) {
        call.kind = CallKind::point;
        call.name = "MPI_Recv";
        call.time_ns = call.shortest_ns = 5 * second;
        call.synchronising_ns = 0;
    }
    for (const std::size_t i : {0U, 1U}) {
        Call send = profile.calls[i];
        send.name = "MPI_Send";
        send.time_ns = send.shortest_ns = 1 * second;
        profile.calls.push_back(send);
    }
    const auto balance = balance_of(profile);
    REQUIRE(balance);
    CHECK(balance->ranks.at(0).transfer == 2 * second);
    CHECK(balance->communication == 0.4);
    CHECK(balance->serialisation == 0.5);
    CHECK(balance->transfer == 0.8);
}

TEST_CASE("Where a rank's calls were not counted, the samples of all count") {
    Profile profile = counted_job();
    profile.calls.pop_back();
    const auto balance = balance_of(profile);
    REQUIRE(balance);
    CHECK_FALSE(balance->is_counted);
    CHECK_FALSE(balance->serialisation);
    CHECK_FALSE(balance->transfer);
    CHECK(balance->elapsed == 100 * period);
}

}  // namespace
}  // namespace pyprof::profile
