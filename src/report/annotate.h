#pragma once
// Source lines with what they cost: of a function, or of a file.
#include <cstdint>
#include <string>
#include <vector>

#include "profile/profile.h"
#include "report/options.h"
#include "report/table.h"

namespace pyprof::report {

// What can be shown by one text: a source file, or the functions of one name in one file.
struct Annotated {
    std::string name;  // as a reader may ask for it: "/there/solver.py", "/there/solver.py:Solver.step"
    std::vector<std::uint32_t> functions;  // of the profile, never empty
    bool is_file = false;
};

// What `wanted` may mean, with samples: a file, by its path or the end of it; else a function, by its full name, else
// by the last part of it ("step" of "Solver.step"), each also as FILE:NAME. In the order of their names; empty if
// nothing.
std::vector<Annotated> find_annotated(const profile::Profile& profile, const std::string& wanted);

// The name of a function or file that `wanted` is most probably a slip of, or empty.
std::string similar_annotated(const profile::Profile& profile, const std::string& wanted);

// Lines with samples and, around them, some without; `all`: every line of a file, from a function's first one to its
// last with samples. Where the text cannot be had it is said why, and the lines stand without. `profile` is one that
// prepare() made.
std::string annotate(const profile::Profile& profile, const Annotated& annotated, bool all, const Style& style);

}  // namespace pyprof::report
