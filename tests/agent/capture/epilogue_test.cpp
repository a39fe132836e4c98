#include "agent/capture/epilogue.h"

#include <algorithm>
#include <initializer_list>

#include "tests/support/catch.h"

using namespace pyprof::capture;

namespace {

Epilogue read(std::initializer_list<unsigned char> bytes) {
    unsigned char code[longest_epilogue];
    std::fill(std::begin(code), std::end(code), 0xcc);
    std::copy(bytes.begin(), bytes.end(), code);
    return read_epilogue(code);
}

}  // namespace

TEST_CASE("the trampolines of CPython are left by their epilogues") {
    const Epilogue without_frame = read({0x48, 0x83, 0xc4, 0x08, 0xc3});  // add $8,%rsp; ret
    CHECK(without_frame.is_known);
    CHECK(without_frame.return_offset == 8);
    CHECK_FALSE(without_frame.restores_bp);
    const Epilogue with_frame = read({0x5d, 0xc3});  // pop %rbp; ret
    CHECK(with_frame.is_known);
    CHECK(with_frame.return_offset == 8);
    CHECK(with_frame.restores_bp);
    CHECK(with_frame.bp_offset == 0);
}

TEST_CASE("saved registers are counted") {
    const Epilogue epilogue = read({0x48, 0x83, 0xc4, 0x18, 0x5b, 0x5d, 0x41, 0x5c, 0x41, 0x5d, 0xc3});
    CHECK(epilogue.is_known);
    CHECK(epilogue.return_offset == 0x18 + 4 * 8);
    CHECK(epilogue.restores_bp);
    CHECK(epilogue.bp_offset == 0x18 + 8);
}

TEST_CASE("anything else is not known") {
    CHECK_FALSE(read({}).is_known);
    CHECK_FALSE(read({0x5d, 0x90, 0xc3}).is_known);                    // pop; nop
    CHECK_FALSE(read({0x48, 0x83, 0xc4, 0xf8, 0xc3}).is_known);        // add $-8,%rsp
    CHECK_FALSE(read({0x48, 0x83, 0xc0, 0x08, 0xc3}).is_known);        // add $8,%rax
    CHECK_FALSE(read({0x5b, 0x5b, 0x5b, 0x5b, 0x5b, 0x5b, 0x5b, 0x5b,  // longer than is looked at
                      0x5b, 0x5b, 0x5b, 0x5b, 0x5b, 0x5b, 0x5b, 0x5b})
                    .is_known);
}
