#include "agent/capture/waiting.h"

#include <initializer_list>
#include <string>
#include <sys/syscall.h>

#include "tests/support/catch.h"

using namespace pyprof;
using namespace pyprof::capture;

namespace {

SystemCall call_of(std::int64_t number, std::initializer_list<std::uint64_t> arguments = {}) {
    SystemCall call{number, {}, 1, 1};
    std::size_t i = 0;
    for (const std::uint64_t argument : arguments) call.arguments[i++] = argument;
    return call;
}

wire::Special reason(const SystemCall& call) { return reason_of(call, 0x1000, 0x2000); }

}  // namespace

TEST_CASE("a line of a waiting thread tells call, arguments, stack pointer and program counter") {
    SystemCall call{};
    REQUIRE(parse_system_call("202 0x7f0012345678 0x80 0x2 0x0 0x0 0xffffffff 0x7ffd11223344 0x7f00aabbccdd\n", call));
    CHECK(call.number == 202);
    CHECK(call.arguments[0] == 0x7f0012345678);
    CHECK(call.arguments[5] == 0xffffffff);
    CHECK(call.sp == 0x7ffd11223344);
    CHECK(call.pc == 0x7f00aabbccdd);
}

TEST_CASE("a thread that waits without a system call has no arguments") {
    SystemCall call{};
    REQUIRE(parse_system_call("-1 0x7ffd11223344 0x7f00aabbccdd\n", call));
    CHECK(call.number == -1);
    CHECK(call.sp == 0x7ffd11223344);
}

TEST_CASE("whatever else the file says is no wait") {
    SystemCall call{};
    for (const char* line :
         {"", "running\n", "202", "202 0x1 0x2", "-1 0x7ffd", "-1 0x0 0x0", "x", "202 0x 0x 0x 0x 0x 0x 0x 0x"})
        CHECK(!parse_system_call(line, call));
}

TEST_CASE("what a thread waits for follows from its system call") {
    CHECK(reason(call_of(SYS_futex, {0x1800})) == wire::Special::waiting_for_gil);
    CHECK(reason(call_of(SYS_futex, {0x2000})) == wire::Special::waiting_for_lock);
    CHECK(reason(call_of(SYS_clock_nanosleep)) == wire::Special::sleeping);
    CHECK(reason(call_of(SYS_select, {0})) == wire::Special::sleeping);
    CHECK(reason(call_of(SYS_select, {5})) == wire::Special::waiting_for_io);
    CHECK(reason(call_of(SYS_poll, {0x5000, 0})) == wire::Special::sleeping);
    CHECK(reason(call_of(SYS_poll, {0x5000, 2})) == wire::Special::waiting_for_io);
    CHECK(reason(call_of(SYS_read, {3})) == wire::Special::waiting_for_io);
    CHECK(reason(call_of(SYS_epoll_wait, {3})) == wire::Special::waiting_for_io);
    CHECK(reason(call_of(SYS_wait4)) == wire::Special::waiting_for_process);
    CHECK(reason(call_of(-1)) == wire::Special::waiting);
}
