// write_sample_profile PATH [small]: a profile made by hand as a file, for tests of whole programs.
#include <cstdio>
#include <string>

#include "profile/save.h"
#include "tests/support/sample_profile.h"

int main(int argc, char** argv) {
    using namespace pyprof;
    if (argc < 2) return 2;
    const bool small = argc > 2 && argv[2] == std::string{"small"};
    const Status saved =
        profile::save_file(small ? test_support::small_profile() : test_support::sample_profile(), argv[1]);
    if (!saved) std::fputs(saved.error().message().c_str(), stderr);
    return saved ? 0 : 1;
}
