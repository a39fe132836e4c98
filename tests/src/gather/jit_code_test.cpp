#include "gather/jit_code.h"

#include "tests/support/catch.h"

using namespace pyprof;
using namespace pyprof::gather;

namespace {

wire::DecodedJit decoded() {
    wire::DecodedJit jit{};
    jit.record.begin = 0x1000;
    jit.record.end = 0x1100;
    jit.functions = {{0x80, 0x20, 5, 0}, {0, 0x40, 5, 0}};
    jit.names = {"later", "first"};
    return jit;
}

}  // namespace

TEST_CASE("an address in compiled code is a place in the function around it") {
    const wire::DecodedJit jit = decoded();
    const JitCode code{jit};
    CHECK(code.place_of(0x1000)->function.name == "first");
    CHECK(code.place_of(0x103f)->function.name == "first");
    CHECK(code.place_of(0x109f)->function.name == "later");
    CHECK(code.place_of(0x109f)->line == 0);
    CHECK_FALSE(code.place_of(0x1040));
    CHECK_FALSE(code.place_of(0x10a0));
    CHECK_FALSE(code.place_of(0xfff));
    CHECK_FALSE(code.place_of(0));
}
