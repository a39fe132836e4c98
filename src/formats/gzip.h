#pragma once
// Compression for formats that are gzip files or hold one. Equal bytes give equal output: no name, no time.
#include <string>
#include <string_view>

namespace pyprof::formats {

// One gzip member (RFC 1952) with everything in it.
std::string gzip(std::string_view bytes);

// Standard alphabet with padding (RFC 4648, section 4), in one line.
std::string base64(std::string_view bytes);

}  // namespace pyprof::formats
