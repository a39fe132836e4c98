#include "agent/counters/kernel_events.h"

#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <vector>

#include "tests/support/catch.h"

using namespace pyprof::counters;

namespace {

void touch_pages(std::size_t count) {
    std::vector<char> pages(count * 4096);
    for (std::size_t i = 0; i < count; ++i) static_cast<volatile char*>(pages.data())[i * 4096] = 1;
}

const KernelEvent& event(const char* name) {
    const KernelEvent* const found = kernel_event(name);
    REQUIRE(found != nullptr);
    return *found;
}

}  // namespace

TEST_CASE("the kernel's own events are known by PAPI's names, others are not") {
    for (const char* name : {"perf::TASK-CLOCK", "perf::PAGE-FAULTS", "perf::MAJOR-FAULTS", "perf::CONTEXT-SWITCHES"})
        CHECK(kernel_event(name) != nullptr);
    for (const char* name : {"perf::CYCLES", "perf::TASK-CLOCK:u=1", "PAPI_TOT_INS", "perf::", ""})
        CHECK(kernel_event(name) == nullptr);
}

TEST_CASE("a group counts its thread from when it was opened") {
    const KernelEvent* const events[] = {&event("perf::PAGE-FAULTS"), &event("perf::TASK-CLOCK")};
    const int group = open_group(events, 2);
    REQUIRE(group >= 0);
    std::uint64_t before[2], after[2];
    REQUIRE(read_group(group, before, 2));
    constexpr std::size_t pages = 3000;  // whatever the allocator keeps: large blocks are mapped anew
    touch_pages(pages);
    REQUIRE(read_group(group, after, 2));
    CHECK(after[0] > before[0]);
    CHECK(after[0] <= before[0] + 2 * pages);
    CHECK(after[1] > before[1]);
    CHECK((fcntl(group, F_GETFD) & FD_CLOEXEC) != 0);
    CHECK_FALSE(read_group(group, after, 1));  // not what was opened
    close(group);
    CHECK_FALSE(read_group(group, after, 2));
}

TEST_CASE("what cannot be counted has a reason") {
    CHECK(try_kernel_event(event("perf::CPU-MIGRATIONS")) == nullptr);
    const KernelEvent unknown{"perf::NONE", 1000};
    CHECK(std::string{try_kernel_event(unknown)} == "this kernel does not count it");
}
