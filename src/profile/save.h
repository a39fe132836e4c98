#pragma once
// Writes a profile as docs/formats/profile.md describes it.
#include <cstdint>
#include <ostream>
#include <string>

#include "base/result.h"
#include "profile/profile.h"

namespace pyprof::profile {

inline constexpr char saved_magic[] = "PYPROFP1";  // 8 bytes, without the NUL
inline constexpr std::size_t saved_magic_bytes = 8;
inline constexpr std::uint32_t saved_version = 1;

// Writes to a stream opened in binary mode; a failure of the stream is the caller's to see. The indices in `profile`
// must be valid.
void save(const Profile& profile, std::ostream& out);

// As base/replace_file.h does.
Status save_file(const Profile& profile, const std::string& path);

}  // namespace pyprof::profile
