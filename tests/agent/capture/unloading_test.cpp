#include "agent/capture/unloading.h"

#include <atomic>
#include <chrono>
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
    const auto read = [&](const ObjectReader& reader) {
        if (!reader.may_read()) return;
        for (int i = 0; i < 100; ++i) clashes += unloading.load() ? 1 : 0;
    };
    std::thread reading{[&] {
        while (!done) read(ObjectReader{});
    }};
    std::thread visiting{[&] {
        while (!done) read(ObjectReader{ObjectReader::visitor});
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
    visiting.join();
    CHECK(clashes == 0);
}

TEST_CASE("a visitor is waited for longer than a handler, and in the end nothing may be unloaded") {
    std::atomic<bool> reads{false}, away{false};
    std::thread visiting{[&] {
        const ObjectReader reader{ObjectReader::visitor};
        reads = true;
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
        away = true;
    }};
    while (!reads) std::this_thread::yield();
    CHECK(begin_unload());
    CHECK(away);
    end_unload();
    visiting.join();
    const ObjectReader stuck{ObjectReader::visitor};
    CHECK_FALSE(begin_unload());
    end_unload();
}

TEST_CASE("a handler that never comes back holds up nothing for good") {
    const ObjectReader left_by_a_jump;
    CHECK(begin_unload());
    end_unload();
}
