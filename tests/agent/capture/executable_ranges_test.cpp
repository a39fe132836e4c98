#include "agent/capture/executable_ranges.h"

#include <atomic>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <sys/mman.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

#include "tests/support/catch.h"

using namespace pyprof::capture;

namespace {

std::uint64_t address_of(const void* place) { return reinterpret_cast<std::uint64_t>(place); }

class Page {
public:
    explicit Page(int protection) : page_{mmap(nullptr, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)} {}
    ~Page() { munmap(page_, bytes); }
    Page(const Page&) = delete;
    Page& operator=(const Page&) = delete;
    std::uint64_t address() const { return address_of(page_); }
    static constexpr std::size_t bytes = 4096;

private:
    void* page_;
};

}  // namespace

TEST_CASE("code can be executed, data cannot") {
    const auto ranges = std::make_unique<ExecutableRanges>();
    const Page made{PROT_READ | PROT_EXEC}, data{PROT_READ | PROT_WRITE};
    const int local = 0;
    CHECK(ranges->may_hold(address_of(reinterpret_cast<const void*>(&std::qsort))));
    CHECK(ranges->may_hold(made.address()));
    CHECK(ranges->may_hold(made.address() + Page::bytes - 1));
    CHECK_FALSE(ranges->may_hold(data.address()));
    CHECK_FALSE(ranges->may_hold(address_of(&local)));
    CHECK_FALSE(ranges->may_hold(address_of(ranges.get())));
    CHECK_FALSE(ranges->may_hold(0));
    CHECK_FALSE(ranges->may_hold(~0ULL - 1));
}

TEST_CASE("code that is made later is found once the pause is over") {
    const auto ranges = std::make_unique<ExecutableRanges>();
    CHECK_FALSE(ranges->may_hold(0));
    const Page made{PROT_READ | PROT_EXEC};
    bool found = false;
    for (int i = 0; i < 5000 && !found; ++i) {
        found = ranges->may_hold(made.address());
        usleep(1000);
    }
    CHECK(found);
    ranges->forget();
    CHECK(ranges->may_hold(made.address()));
}

TEST_CASE("without descriptors everything may be code") {
    const auto ranges = std::make_unique<ExecutableRanges>();
    rlimit old{};
    getrlimit(RLIMIT_NOFILE, &old);
    rlimit none = old;
    none.rlim_cur = 0;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
    const bool unknown = ranges->may_hold(0x1000);
    REQUIRE(setrlimit(RLIMIT_NOFILE, &old) == 0);
    CHECK(unknown);
}

TEST_CASE("many threads may ask while it is read") {
    const auto ranges = std::make_unique<ExecutableRanges>();
    std::atomic<int> wrong{0};
    const auto ask = [&] {
        for (int i = 0; i < 20000; ++i)
            if (!ranges->may_hold(address_of(reinterpret_cast<const void*>(&std::qsort)))) ++wrong;
    };
    std::thread other{ask};
    ask();
    other.join();
    CHECK(wrong == 0);
}
