#include "agent/discover/accessor.h"

#include <cstring>
#include <vector>

#include "tests/support/catch.h"

using namespace pyprof;
using namespace pyprof::discover;
using Place = cpython::ThreadLocal::Place;

namespace {

// This compiler's own accessors, in each model that it knows.
[[gnu::tls_model("local-exec")]] thread_local void* local_exec = nullptr;
[[gnu::tls_model("initial-exec")]] thread_local void* initial_exec = nullptr;
[[gnu::noinline, gnu::no_sanitize("thread")]] void* get_local_exec() { return local_exec; }
[[gnu::noinline, gnu::no_sanitize("thread")]] void* get_initial_exec() { return initial_exec; }

std::vector<unsigned char> code_of(void* (*function)()) {
    const auto* const begin = reinterpret_cast<const unsigned char*>(function);
    return {begin, begin + 32};
}

std::span<const unsigned char> at(void* (*function)()) {
    return {reinterpret_cast<const unsigned char*>(function), 32};
}

}  // namespace

TEST_CASE("accessors that this compiler makes are understood") {
    int one = 0;
    local_exec = initial_exec = &one;
    CHECK(get_local_exec() == &one);
    CHECK(get_initial_exec() == &one);
    const auto by_constant = decode_accessor(at(get_local_exec)), by_store = decode_accessor(at(get_initial_exec));
    CHECK(by_constant.place == Place::thread_pointer);
    CHECK(by_constant.load() == reinterpret_cast<std::uint64_t>(&one));
    CHECK(by_store.load() == reinterpret_cast<std::uint64_t>(&one));
}

// As disassembled from Debian's builds of 3.15.2: the program's accessor, and the library's.
TEST_CASE("the accessor of a static interpreter is at a constant distance") {
    const unsigned char code[] = {0xf3, 0x0f, 0x1e, 0xfa, 0x64, 0x48, 0x8b, 0x04, 0x25, 0xd8, 0xff, 0xff, 0xff, 0xc3};
    const auto found = decode_accessor(code);
    CHECK(found.place == Place::thread_pointer);
    CHECK(found.offset == -40);
}

TEST_CASE("a distance that the loader stores is read where it is stored") {
    alignas(8) unsigned char code[32] = {0x48, 0x8b, 0x05, 9, 0, 0, 0, 0x64, 0x48, 0x8b, 0x00, 0xc3};
    const std::int64_t stored = -72;
    std::memcpy(code + 16, &stored, sizeof stored);
    const auto found = decode_accessor(code);
    CHECK(found.place == Place::thread_pointer);
    CHECK(found.offset == -72);
}

TEST_CASE("the accessor of a shared interpreter asks for the block of its library") {
    alignas(8) unsigned char code[64] = {0xf3, 0x0f, 0x1e, 0xfa, 0x55, 0x48, 0x89, 0xe5, 0x48, 0x8d, 0x3d, 0, 0, 0,   0,
                                         0xe8, 1,    2,    3,    4,    0x5d, 0x48, 0x8b, 0x80, 0x28, 0,    0, 0, 0xc3};
    const std::int32_t distance = 48 - 15;  // from behind the lea to the index
    const std::uint64_t index[2] = {5, 0x100};
    std::memcpy(code + 11, &distance, sizeof distance);
    std::memcpy(code + 48, index, sizeof index);
    const auto found = decode_accessor(code);
    CHECK(found.place == Place::module_block);
    CHECK(found.module == 5);
    CHECK(found.offset == 0x128);
}

TEST_CASE("other code is no accessor") {
    std::vector<unsigned char> code = code_of(get_local_exec);
    SECTION("cut off") { code.resize(GENERATE(0u, 4u, 6u, 8u)); }
    SECTION("a function that tests something first") {  // 3.14: cmpl $0,N(%rip)
        code = {0xf3, 0x0f, 0x1e, 0xfa, 0x83, 0x3d, 0x3b, 0x49, 0x77, 0x00, 0x00, 0x74, 0x0a};
    }
    SECTION("nothing known") { code.assign(32, 0x90); }
    CHECK(decode_accessor(code).place == Place::none);
}
