#include "report/command_text.h"

#include "tests/support/catch.h"

namespace pyprof::report {
namespace {

using Words = std::vector<std::string>;

TEST_CASE("The program of python -c is found behind other options") {
    CHECK(program_of_command({"python3", "-c", "a = 1"}) == "a = 1");
    CHECK(program_of_command({"/usr/bin/python3.11", "-B", "-X", "dev", "-Wdefault", "-Isc", "a", "-c", "b"}) == "a");
    CHECK(program_of_command({"python3", "-ca = 1"}) == "a = 1");
    CHECK(program_of_command({"/lib/ld.so", "--argv0", "p", "/usr/bin/python3", "-c", "a"}) == "a");
}

TEST_CASE("Other commands have no program in them") {
    for (const Words& command :
         {Words{}, Words{"sh", "-c", "a"}, Words{"python3", "-c"}, Words{"python3", "a.py", "-c", "a"},
          Words{"python3", "-m", "x", "-c", "a"}, Words{"python3", "-mx", "-c", "a"}, Words{"python3", "-", "-c", "a"},
          Words{"python3", "--", "-c", "a"}, Words{"python3", "-W"}})
        CHECK_FALSE(program_of_command(command));
}

}  // namespace
}  // namespace pyprof::report
