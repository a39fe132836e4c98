#include "profile/profile.h"

#include "tests/support/catch.h"

namespace pyprof::profile {
namespace {

TEST_CASE("Domains have the words of report --json") {
    CHECK(name_of(Domain::python) == std::string{"python"});
    CHECK(name_of(Domain::native) == std::string{"native"});
    CHECK(name_of(Domain::jit) == std::string{"jit"});
    CHECK(name_of(Domain::mpi) == std::string{"mpi"});
    CHECK(name_of(Domain::os) == std::string{"os"});
}

}  // namespace
}  // namespace pyprof::profile
