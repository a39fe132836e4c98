#include "agent/counters/papi.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

using namespace pyprof::counters;

namespace {

// One library for the process: PAPI cannot be unloaded and loaded again.
Papi& loaded() {
    static Papi papi;
    static const char* const problem = papi.load();
    REQUIRE(std::string{problem == nullptr ? "" : problem}.empty());
    return papi;
}

// On a processor that it does not know PAPI counts nothing, not even what needs no counter of it.
bool knows_processor() { return loaded().try_event("perf::PAGE-FAULTS") == nullptr; }

void touch_pages(std::size_t count) {
    std::vector<char> pages(count * 4096);
    for (std::size_t i = 0; i < count; ++i) static_cast<volatile char*>(pages.data())[i * 4096] = 1;
}

}  // namespace

TEST_CASE("events that exist can be counted, others have a reason") {
    if (!knows_processor()) WARN("PAPI does not know this processor: only refusals are tested");
    CHECK(loaded().try_event("perf::NO-SUCH-EVENT") != nullptr);
    CHECK(loaded().try_event("") != nullptr);
}

TEST_CASE("a set counts its thread from its start") {
    const char* const names[] = {"perf::PAGE-FAULTS", "perf::TASK-CLOCK"};
    const int set = loaded().start_thread(names, 2);
    REQUIRE((set >= 0) == knows_processor());
    if (set < 0) return;
    touch_pages(100);
    long long before[2] = {}, after[2] = {};
    REQUIRE(loaded().read(set, before));
    touch_pages(3000);
    REQUIRE(loaded().read(set, after));
    CHECK(after[0] > before[0]);
    CHECK(after[1] > before[1]);
    loaded().stop_thread(set);
    CHECK(!loaded().read(set, after));
}

TEST_CASE("a set with an event that does not exist is none") {
    const char* const names[] = {"perf::PAGE-FAULTS", "perf::NO-SUCH-EVENT"};
    CHECK(loaded().start_thread(names, 2) < 0);
}
