#include "agent/counters/descriptors.h"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/catch.h"

using namespace pyprof::counters;
using pyprof::capture::CounterSet;

namespace {

int open_event() {
    perf_event_attr event{};
    event.size = sizeof event;
    event.type = PERF_TYPE_SOFTWARE;
    event.config = PERF_COUNT_SW_TASK_CLOCK;
    event.exclude_kernel = 1;
    return static_cast<int>(syscall(SYS_perf_event_open, &event, 0, -1, -1, 0));
}

}  // namespace

TEST_CASE("only events opened since are the set's, and programs do not inherit them") {
    const int older = open_event();
    REQUIRE(older >= 0);
    const OpenEvents before;
    const int one = open_event(), two = open_event();
    const int file = open("/dev/null", O_RDONLY);
    CounterSet set;
    REQUIRE(before.add_new_to(set));
    REQUIRE(set.descriptor_count == 2);
    CHECK(set.descriptor[0] == one);
    CHECK(set.descriptor[1] == two);
    CHECK(fcntl(one, F_GETFD) == FD_CLOEXEC);
    CHECK(fcntl(older, F_GETFD) == 0);
    CHECK(still_ours(set));
    close_all(set);
    CHECK(fcntl(one, F_GETFD) == -1);
    CHECK(fcntl(older, F_GETFD) == 0);
    CHECK(!still_ours(set));
    close(older);
    close(file);
}

TEST_CASE("a descriptor that the program uses anew is neither read nor closed") {
    const OpenEvents before;
    const int event = open_event();
    CounterSet set;
    REQUIRE(before.add_new_to(set));
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    REQUIRE(dup2(ends[0], event) == event);
    CHECK(!still_ours(set));
    const int other = open_event();
    REQUIRE(dup2(other, event) == event);  // an event, but another
    CHECK(!still_ours(set));
    close_all(set);
    CHECK(fcntl(event, F_GETFD) == 0);
    for (const int descriptor : {ends[0], ends[1], other, event}) close(descriptor);
}

TEST_CASE("a set without new events cannot be watched") {
    const OpenEvents before;
    CounterSet set;
    CHECK(!before.add_new_to(set));
}
