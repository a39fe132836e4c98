#include "agent/mpi/redirect.h"

#include <array>
#include <cstdlib>
#include <dlfcn.h>
#include <unistd.h>

#include "tests/support/catch.h"

using namespace pyprof::mpi;

namespace {

constexpr int replaced = -12345;  // no process group

int replacement() { return replaced; }

int other() { return 0; }

void* address(int (*function)()) { return reinterpret_cast<void*>(function); }

// As this program calls it, through its own table.
int group() { return getpgrp(); }

void lead(void* from, void* to) {
    const std::array redirections{Redirection{"getpgrp", from, to}, Redirection{"getpgrp_of_nobody", nullptr, to}};
    redirect(redirections);
}

}  // namespace

TEST_CASE("A call leads to the replacement, and back") {
    void* const real = dlsym(RTLD_DEFAULT, "getpgrp");
    const int own = group();
    lead(real, address(replacement));
    CHECK(group() == replaced);
    lead(address(replacement), real);
    CHECK(group() == own);
}

TEST_CASE("What leads to another tool stays") {
    CHECK(group() != replaced);  // from now on the loader is not asked
    lead(address(other), address(replacement));
    CHECK(group() != replaced);
    lead(nullptr, address(replacement));
    CHECK(group() != replaced);
}

TEST_CASE("Loading an object is noticed") {
    const auto before = loads_so_far();
    CHECK(loads_so_far() == before);
    void* const library = dlopen("libBrokenLocale.so.1", RTLD_LAZY | RTLD_LOCAL);  // of glibc; nobody else wants it
    REQUIRE(library != nullptr);
    CHECK(loads_so_far() > before);
    dlclose(library);
}
