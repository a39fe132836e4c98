#pragma once
// The command given to pyprof: where it lies and what to call it.
#include <string>
#include <vector>

#include "cli/environment.h"

namespace pyprof::cli {

// Where execvp would find `word`, or why it would not.
struct CommandSearch {
    enum class Outcome { found, not_executable, not_found };
    Outcome outcome = Outcome::not_found;
    std::string path;  // of a found command, or of the file that is not executable
};
CommandSearch search_command(const std::string& word, const Environment& environment);

// The program's name in messages and file names: of `python app.py` and `mpirun -n 2 python app.py` it is `app`, of
// `python -m pkg.tool` `pkg.tool`, of `./solver` `solver`.
std::string program_name(const std::vector<std::string>& words);

// python3, /usr/bin/python3.11, pypy: by its name.
bool is_interpreter(const std::string& word);

// mpirun, srun and their like: their ranks get the preload through the environment.
bool starts_ranks(const std::string& word);

}  // namespace pyprof::cli
