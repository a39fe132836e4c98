#pragma once
// Source text of the functions of a profile, as far as it can be had here.
#include <cstdint>
#include <string>

#include "profile/profile.h"
#include "sources/text_files.h"

namespace pyprof::report {

class Sources {
public:
    // Relative file names count from the working directory of the first process.
    explicit Sources(const profile::Profile& profile);

    // Line `line` (from 1) of a function's file without its indentation; empty if it cannot be had. Files, archives and
    // notebooks are read (sources/text_files.h), and
    //   "<frozen importlib._bootstrap>" and its like from the standard library, where the profile has functions of one
    //   only: another version's lines are others;
    //   "<string>" from the command line, where all that have one (python -c TEXT) have the same and TEXT has the
    //   function.
    std::string line(const profile::Function& function, std::uint32_t line);

    // All lines of a function's file, as they are; none if they cannot be had. Good as long as the object.
    const sources::Lines& lines(const profile::Function& function);

    // When the file of a function's lines was saved (sources::saved_ns); 0 of a command line.
    std::uint64_t saved_ns(const profile::Function& function) const;

    // What a view says in the place of a line: the function's name, and why there is no text if that is known.
    static std::string instead_of_line(const profile::Function& function);

private:
    bool is_of_command(const profile::Function& function) const;
    std::string path_of(const std::string& file) const;

    std::string working_directory_;
    std::string standard_library_;  // folder; empty if there is none or more than one
    sources::Lines command_text_;   // none if there is none or more than one
    sources::TextFiles files_;
};

}  // namespace pyprof::report
