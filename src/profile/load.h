#pragma once
// Reads a profile as docs/formats/profile.md describes it. The bytes are not trusted: whatever they say, the profile
// that comes back keeps the promises of profile.h.
#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"
#include "profile/profile.h"

namespace pyprof::profile {

struct Loaded {
    Profile profile;
    std::string damage;  // empty: the file is whole; else a sentence, which is also the last of profile.run.notes
};

bool is_saved_profile(std::span<const std::byte> bytes);

// Fails when nothing can be shown: another format, a newer version, or damage before the first context.
Result<Loaded> load(std::span<const std::byte> bytes);

}  // namespace pyprof::profile
