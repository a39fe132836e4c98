#include "agent/capture/memory.h"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <sys/mman.h>

#include "tests/support/catch.h"

using namespace pyprof::capture;

namespace {

// Two pages of which only the first can be read.
struct HalfReadable {
    char* begin =
        static_cast<char*>(mmap(nullptr, 2 * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    HalfReadable() { mprotect(begin + page_size, page_size, PROT_NONE); }
    ~HalfReadable() { munmap(begin, 2 * page_size); }
    std::uint64_t address() const { return reinterpret_cast<std::uint64_t>(begin); }
};

}  // namespace

TEST_CASE("mapped memory is readable up to its last byte and not beyond") {
    const HalfReadable pages;
    PageCache known;
    CHECK(readable(pages.address(), page_size, known));
    CHECK(readable(pages.address() + page_size - 8, 8, known));
    CHECK_FALSE(readable(pages.address() + page_size - 7, 8, known));
    CHECK_FALSE(readable(pages.address() + page_size, 1, known));
}

TEST_CASE("null, empty, wrapping and kernel addresses are never readable") {
    PageCache known;
    CHECK_FALSE(readable(0, 8, known));
    CHECK_FALSE(readable(8, 8, known));
    const std::uint64_t here = reinterpret_cast<std::uint64_t>(&known);
    CHECK_FALSE(readable(here, 0, known));
    CHECK_FALSE(readable(here, ~0ULL, known));
    CHECK_FALSE(readable(~0ULL - 3, 8, known));
    CHECK_FALSE(readable(0xffffffffff600000, 8, known));
    CHECK_FALSE(readable(0x8000000000000000, 8, known));
}

TEST_CASE("trusted ranges are not asked for, and what reaches beyond them is") {
    const HalfReadable pages;
    const std::uint64_t unreadable = pages.address() + page_size;
    PageCache known;
    known.trust(unreadable, unreadable + 64);
    known.trust_data_stack(unreadable + 128, unreadable + 192);
    for (const std::uint64_t begin : {unreadable, unreadable + 128}) {
        CHECK(readable(begin, 64, known));
        CHECK(readable(begin + 63, 1, known));
        CHECK_FALSE(readable(begin + 1, 64, known));
        CHECK_FALSE(readable(begin + 64, 1, known));
    }
}

TEST_CASE("a failed read leaves the value alone") {
    const HalfReadable pages;
    PageCache known;
    std::uint64_t value = 7;
    CHECK_FALSE(read(pages.address() + page_size, value, known));
    CHECK(value == 7);
}

TEST_CASE("a value across two readable pages is read whole") {
    const HalfReadable pages;
    mprotect(pages.begin + page_size, page_size, PROT_READ | PROT_WRITE);
    const std::uint64_t expected = 0x1122334455667788;
    __builtin_memcpy(pages.begin + page_size - 3, &expected, sizeof expected);
    PageCache known;
    std::uint64_t value = 0;
    REQUIRE(read(pages.address() + page_size - 3, value, known));
    CHECK(value == expected);
    char bytes[8];
    REQUIRE(read_bytes(pages.address() + page_size - 3, bytes, sizeof bytes, known));
    CHECK(__builtin_memcmp(bytes, &expected, sizeof bytes) == 0);
}

TEST_CASE("a page is asked for once and forgotten by clear") {
    HalfReadable pages;
    PageCache known;
    REQUIRE(readable(pages.address(), 8, known));
    mprotect(pages.begin, page_size, PROT_NONE);
    CHECK(readable(pages.address(), 8, known));
    known.clear();
    CHECK_FALSE(readable(pages.address(), 8, known));
}

TEST_CASE("the probe changes neither the signal mask nor errno") {
    sigset_t before = {}, after = {};  // the C library fills 8 of their 128 bytes
    sigprocmask(SIG_SETMASK, nullptr, &before);
    errno = 4711;
    PageCache known;
    readable(reinterpret_cast<std::uint64_t>(&before), 8, known);
    readable(page_size, 8, known);
    CHECK(errno == 4711);
    sigprocmask(SIG_SETMASK, nullptr, &after);
    CHECK(__builtin_memcmp(&before, &after, sizeof before) == 0);
}

TEST_CASE("memory that is not there is not copied") {
    const char seven = 7;
    char byte = 0;
    CHECK_FALSE(copy_from_memory(8, &byte, 1));
    CHECK(copy_from_memory(reinterpret_cast<std::uint64_t>(&seven), &byte, 1));
    CHECK(byte == 7);
}
