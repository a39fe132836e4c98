#pragma once
// The Python program within a command line, so that another one can be put in front of it.
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/environment.h"

namespace pyprof::cli {

struct PythonCommand {
    std::vector<std::string> interpreter;  // all words up to the interpreter and its options: mpirun -n 4 python3 -u
    std::vector<std::string> program;  // the others: "-m" and a module, "-c" and a text, or a script; then arguments
};

// The first word that names an interpreter which can be executed divides the command; options of the interpreter are
// those of Python/getopt.c. Fails, with the fix, without an interpreter or a program on the command line.
Result<PythonCommand> divide_python_command(const std::vector<std::string>& words, const Environment& environment);

}  // namespace pyprof::cli
