#include "agent/discover/program_path.h"

#include <string>
#include <unistd.h>

#include "tests/support/catch.h"

using namespace pyprof::discover;

TEST_CASE("a program that the kernel started is /proc/self/exe") {
    char found[4096] = {}, expected[4096] = {};
    find_program_path(found, sizeof found);
    REQUIRE(readlink("/proc/self/exe", expected, sizeof expected - 1) > 0);
    CHECK(std::string{found} == expected);
}

TEST_CASE("the path of a mapping is what stands behind its last field") {
    const char* const maps =
        "00400000-0041d000 r--p 00000000 fe:01 123   /opt/a program\n"
        "0041d000-0045c000 r-xp 0001d000 fe:01 123   /opt/a program\n"
        "01000000-01021000 rw-p 00000000 00:00 0     [heap]\n"
        "7f0000000000-7f0000001000 r--p 00000000 fe:01 9 /lib/ld.so";
    char path[64] = "";
    CHECK(find_mapped_path(maps, 0x41d010, path, sizeof path));
    CHECK(std::string{path} == "/opt/a program");
    CHECK(find_mapped_path(maps, 0x7f0000000fff, path, sizeof path));
    CHECK(std::string{path} == "/lib/ld.so");
    CHECK_FALSE(find_mapped_path(maps, 0x1000000, path, sizeof path));
    CHECK_FALSE(find_mapped_path(maps, 0x45c000, path, sizeof path));
    CHECK_FALSE(find_mapped_path("", 0, path, sizeof path));
    CHECK_FALSE(find_mapped_path(maps, 0x400000, path, 8));
}
