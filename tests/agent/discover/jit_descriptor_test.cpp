#include "agent/discover/jit_descriptor.h"

#include <dlfcn.h>
#include <elf.h>

#include "tests/support/catch.h"

using namespace pyprof;

namespace {

struct Entry {
    const Entry* next;
    const Entry* previous;
    const char* object;
    std::uint64_t bytes;
};

struct Descriptor {
    std::uint32_t version, action;
    const Entry* relevant;
    const Entry* first;
};

const char object[] = "\177ELF and so on";
Entry older{nullptr, nullptr, object, sizeof object};
Entry newest{&older, nullptr, object, sizeof object};

// As a library with its own compiler has it: nobody exports it.
Descriptor hidden_descriptor{1, 0, nullptr, nullptr};

extern "C" const char __executable_start, _end;

capture::FoundObject this_program() {
    return {reinterpret_cast<std::uint64_t>(&__executable_start), reinterpret_cast<std::uint64_t>(&_end), 0,
            static_cast<const link_map*>(dlopen(nullptr, RTLD_LAZY))};
}

}  // namespace

TEST_CASE("a descriptor is found by what it looks like, once it leads to an object") {
    CHECK(discover::find_jit_descriptor(this_program()) == 0);
    older.previous = &newest;
    hidden_descriptor = {1, 1, &newest, &newest};
    const std::uint64_t found = discover::find_jit_descriptor(this_program());
    REQUIRE(found == reinterpret_cast<std::uint64_t>(&hidden_descriptor));
    discover::JitEntry entry;
    REQUIRE(discover::first_jit_entry(found, entry));
    CHECK(entry.object == reinterpret_cast<std::uint64_t>(&object));
    REQUIRE(discover::jit_entry_at(entry.next, entry));
    CHECK(entry.address == reinterpret_cast<std::uint64_t>(&older));
    CHECK_FALSE(discover::jit_entry_at(entry.next, entry));
    hidden_descriptor = {1, 0, nullptr, nullptr};
    CHECK_FALSE(discover::first_jit_entry(found, entry));
}
