#pragma once
// A text as a field of CSV (RFC 4180).
#include <string>

namespace pyprof {

// Quoted where it must be. A spreadsheet takes what begins with certain characters for a formula: unless it is a
// number, an apostrophe in front says that it is text.
std::string csv_field(std::string text);

}  // namespace pyprof
