#include "agent/capture/call_site_cache.h"

#include <memory>

#include "tests/support/catch.h"

using namespace pyprof::capture;

TEST_CASE("a call site is found under its address and generation only") {
    const auto cache = std::make_unique<CallSiteCache>();
    const CallSite site = GENERATE(CallSite::none, CallSite::call, CallSite::call_with, CallSite::call_without);
    constexpr std::uint64_t address = 0x7fffffffefff;
    CHECK(cache->find(address, 0) == CallSite::unknown);
    CHECK(cache->find(0, 0) == CallSite::unknown);
    cache->store(address, 5, site);
    CHECK(cache->find(address, 5) == site);
    CHECK(cache->find(address, 6) == CallSite::unknown);
    CHECK(cache->find(address - 1, 5) == CallSite::unknown);
    CHECK(cache->find(address | 1ULL << 47, 5) == CallSite::unknown);
}

TEST_CASE("words that are no address of a user are not kept") {
    const auto cache = std::make_unique<CallSiteCache>();
    cache->store(~0ULL, 1, CallSite::none);
    CHECK(cache->find(~0ULL, 1) == CallSite::unknown);
    CHECK(cache->find(~0ULL >> 17, 1) == CallSite::unknown);
}

TEST_CASE("addresses that share an entry are never taken for one another") {
    const auto cache = std::make_unique<CallSiteCache>();
    const auto site_of = [](std::uint64_t address) { return static_cast<CallSite>(1 + address % 4); };
    int found = 0;
    for (std::uint64_t address = 0x401000; address < 0x411000; ++address) cache->store(address, 1, site_of(address));
    for (std::uint64_t address = 0x401000; address < 0x411000; ++address) {
        const CallSite site = cache->find(address, 1);
        found += site != CallSite::unknown;
        if (site != CallSite::unknown) CHECK(site == site_of(address));
    }
    CHECK(found > 1000);
}
