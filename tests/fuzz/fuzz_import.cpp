// Any bytes as a file of each format that is imported.
#include <cstddef>
#include <cstdint>
#include <span>
#include <sstream>
#include <string>

#include "base/check.h"
#include "imports/import.h"
#include "profile/load.h"
#include "profile/save.h"
#include "profile/sums.h"

using namespace pyprof;

namespace {

// A profile that keeps its promises survives being saved.
void check(const profile::Profile& profile) {
    std::ostringstream out;
    profile::save(profile, out);
    const std::string bytes = out.str();
    const auto loaded = profile::load(std::as_bytes(std::span{bytes}));
    PYPROF_CHECK(loaded.has_value() && loaded->damage.empty());
    PYPROF_CHECK(profile::sum_all(loaded->profile) == profile::sum_all(profile));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span{data, size});
    using imports::Format;
    for (const Format format : {Format::pprof, Format::cprofile, Format::collapsed, imports::format_of(bytes)}) {
        const auto profile = imports::import_profile(bytes, format, {});
        if (profile)
            check(*profile);
        else
            PYPROF_CHECK(!profile.error().message().empty());
    }
    return 0;
}
