#include "profile/balance.h"

#include <initializer_list>

#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"

namespace pyprof::profile {
namespace {

using test_support::ProfileBuilder;

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

}  // namespace
}  // namespace pyprof::profile
