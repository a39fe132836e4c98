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

TEST_CASE("events count their thread from when they were opened") {
    const int faults = open_kernel_event(event("perf::PAGE-FAULTS")),
              clock = open_kernel_event(event("perf::TASK-CLOCK"));
    REQUIRE(faults >= 0);
    REQUIRE(clock >= 0);
    std::uint64_t faults_before = 0, faults_after = 0, clock_before = 0, clock_after = 0;
    REQUIRE(read_kernel_event(faults, faults_before));
    REQUIRE(read_kernel_event(clock, clock_before));
    constexpr std::size_t pages = 3000;  // whatever the allocator keeps: large blocks are mapped anew
    touch_pages(pages);
    REQUIRE(read_kernel_event(faults, faults_after));
    REQUIRE(read_kernel_event(clock, clock_after));
    CHECK(faults_after > faults_before);
    CHECK(faults_after <= faults_before + 2 * pages);
    CHECK(clock_after > clock_before);
    CHECK((fcntl(clock, F_GETFD) & FD_CLOEXEC) != 0);
    close(faults);
    close(clock);
    CHECK_FALSE(read_kernel_event(clock, clock_after));
}

TEST_CASE("what cannot be counted has a reason") {
    CHECK(try_kernel_event(event("perf::CPU-MIGRATIONS")) == nullptr);
    const KernelEvent unknown{"perf::NONE", 1000};
    CHECK(std::string{try_kernel_event(unknown)} == "this kernel does not count it");
}
