#pragma once
// How a verb of pyprof-analyze ends.
#include <string>

namespace pyprof::cli {

namespace exit_code {
inline constexpr int success = 0;
inline constexpr int threshold_exceeded = 1;  // doctor: pyprof cannot work here
inline constexpr int usage = 2;               // also: the output cannot be written
inline constexpr int unreadable = 3;          // or damaged, with what could be saved
}  // namespace exit_code

// Says why on stderr, in one line, and gives the code back.
int fail(int exit_code, const std::string& message);

// Prints; fails where that is impossible. Damage of the input is said on stderr and turns success into unreadable.
int finish(const std::string& text, const std::string& damage);

}  // namespace pyprof::cli
