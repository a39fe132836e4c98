// write_sample_profile PATH [sample|small|hostile|empty]: a profile made by hand as a file, for tests of whole
// programs.
#include <cstdio>
#include <map>
#include <string>

#include "profile/save.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

int main(int argc, char** argv) {
    using namespace pyprof;
    if (argc < 2) return 2;
    const std::map<std::string, profile::Profile (*)()> kinds = {
        {"sample", test_support::sample_profile},
        {"small", test_support::small_profile},
        {"hostile", test_support::hostile_profile},
        {"empty", [] { return test_support::ProfileBuilder{}.build(); }},
    };
    const auto kind = kinds.find(argc > 2 ? argv[2] : "sample");
    if (kind == kinds.end()) return 2;
    const Status saved = profile::save_file(kind->second(), argv[1]);
    if (!saved) std::fputs(saved.error().message().c_str(), stderr);
    return saved ? 0 : 1;
}
