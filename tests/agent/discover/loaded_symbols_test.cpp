#include "agent/discover/loaded_symbols.h"

#include <dlfcn.h>
#include <string>

#include "tests/support/catch.h"

using namespace pyprof::discover;

TEST_CASE("what the dynamic linker finds is found at the same address") {
    for (const char* name : {"pthread_getspecific", "dl_iterate_phdr", "fopen", "environ"}) {
        CAPTURE(name);
        CHECK(find_loaded_symbol(name) == reinterpret_cast<std::uint64_t>(dlsym(RTLD_DEFAULT, name)));
    }
}

TEST_CASE("a name that nobody exports is not found") {
    CHECK(find_loaded_symbol("pyprof_no_such_symbol") == 0);
    CHECK(find_loaded_symbol("") == 0);
}

TEST_CASE("a function is as long as its symbol says") {
    const LoadedRange function = find_loaded_extent("dl_iterate_phdr");
    CHECK(function.begin == find_loaded_symbol("dl_iterate_phdr"));
    CHECK(function.end > function.begin);
    CHECK(function.end - function.begin < 1 << 16);
    CHECK(find_loaded_extent("pyprof_no_such_symbol").begin == 0);
}

TEST_CASE("both kinds of hash table are searched, in libraries of local scope too") {
    const char* const name = GENERATE("fake_cpython", "fake_cpython_old");  // the second has the old hash table only
    const std::string path = std::string{PYPROF_TEST_LIBRARIES "/lib"} + name + ".so";
    CHECK(find_loaded_symbol("fake_bound_thread") == 0);
    void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    REQUIRE(handle != nullptr);
    CHECK(find_loaded_symbol("fake_bound_thread") ==
          reinterpret_cast<std::uint64_t>(dlsym(handle, "fake_bound_thread")));
    CHECK(find_loaded_symbol("pyprof_no_such_symbol") == 0);
    dlclose(handle);
    CHECK(find_loaded_symbol("fake_bound_thread") == 0);
}

TEST_CASE("the first definition that is accepted is taken") {
    void* const first = dlopen(PYPROF_TEST_LIBRARIES "/libfake_cpython.so", RTLD_NOW | RTLD_LOCAL);
    void* const second = dlopen(PYPROF_TEST_LIBRARIES "/libfake_cpython_second.so", RTLD_NOW | RTLD_LOCAL);
    REQUIRE(first != nullptr);
    REQUIRE(second != nullptr);
    auto wanted = reinterpret_cast<std::uint64_t>(dlsym(second, "_PyRuntime"));
    CHECK(find_loaded_symbol("_PyRuntime") == reinterpret_cast<std::uint64_t>(dlsym(first, "_PyRuntime")));
    const AcceptSymbol is_wanted = [](std::uint64_t address, void* context) {
        return address == *static_cast<std::uint64_t*>(context);
    };
    CHECK(find_loaded_symbol("_PyRuntime", is_wanted, &wanted) == wanted);
    dlclose(second);
    dlclose(first);
}

TEST_CASE("the memory of a loaded object reaches from its code to its data") {
    const auto code = reinterpret_cast<std::uint64_t>(dlsym(RTLD_DEFAULT, "fopen"));
    const auto data = reinterpret_cast<std::uint64_t>(dlsym(RTLD_DEFAULT, "stdout"));
    const LoadedRange range = find_loaded_range(code);
    CHECK(range.begin <= code);
    CHECK(range.end > data);
    CHECK(find_loaded_range(data).begin == range.begin);
    CHECK(find_loaded_range(8).end == 0);
}
