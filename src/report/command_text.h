#pragma once
// The program that a command line holds: python -c TEXT.
#include <optional>
#include <string>
#include <vector>

namespace pyprof::report {

// TEXT, if the command is a Python interpreter's with the option -c before any script (the rules of Python/getopt.c).
std::optional<std::string> program_of_command(const std::vector<std::string>& command);

}  // namespace pyprof::report
