// write_sample_profile PATH [small|hostile]: a profile made by hand as a file, for tests of whole programs.
#include <cstdio>
#include <string>

#include "profile/save.h"
#include "tests/support/sample_profile.h"

int main(int argc, char** argv) {
    using namespace pyprof;
    if (argc < 2) return 2;
    const std::string kind = argc > 2 ? argv[2] : "sample";
    const Status saved = profile::save_file(kind == "small"     ? test_support::small_profile()
                                            : kind == "hostile" ? test_support::hostile_profile()
                                                                : test_support::sample_profile(),
                                            argv[1]);
    if (!saved) std::fputs(saved.error().message().c_str(), stderr);
    return saved ? 0 : 1;
}
