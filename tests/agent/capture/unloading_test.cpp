#include "agent/capture/unloading.h"

#include <atomic>
#include <thread>

#include "tests/support/catch.h"

using namespace pyprof::capture;

TEST_CASE("nothing is read while there is an unload") {
    CHECK(ObjectReader{}.may_read());
    begin_unload();
    begin_unload();  // of a library that unloads another
    CHECK_FALSE(ObjectReader{}.may_read());
    end_unload();
    CHECK_FALSE(ObjectReader{}.may_read());
    end_unload();
    CHECK(ObjectReader{}.may_read());
}

TEST_CASE("in a forked child no unload is under way, and one that ends takes nothing away") {
    begin_unload();
    reset_unloads();
    CHECK(ObjectReader{}.may_read());
    end_unload();
    CHECK(ObjectReader{}.may_read());
    begin_unload();
    CHECK_FALSE(ObjectReader{}.may_read());
    end_unload();
}

TEST_CASE("an unload that has begun has no reader beside it") {
    std::atomic<bool> done{false}, unloading{false};
    std::atomic<int> clashes{0};
    std::thread reading{[&] {
        while (!done) {
            const ObjectReader reader;
            if (!reader.may_read()) continue;
            for (int i = 0; i < 100; ++i) clashes += unloading.load() ? 1 : 0;
        }
    }};
    for (int i = 0; i < 2000; ++i) {
        begin_unload();
        unloading = true;
        for (int j = 0; j < 100; ++j) clashes += unloading.load() ? 0 : 1;
        unloading = false;
        end_unload();
    }
    done = true;
    reading.join();
    CHECK(clashes == 0);
}
