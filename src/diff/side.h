#pragma once
// The sums of one run, by functions and lines as another run can have them.
#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "profile/profile.h"
#include "profile/sums.h"

namespace pyprof::diff {

// What a function is known by in another run. Lines are no part of it: they move between versions of a program.
struct FunctionKey {
    profile::Domain domain = profile::Domain::native;
    std::string place;  // path of its source file; without one, the file name of its module
    std::string name;
    friend auto operator<=>(const FunctionKey&, const FunctionKey&) = default;
};

struct LineSum {
    profile::Amount own{};    // exclusive; of a Python line with the native code that it calls directly
    profile::Amount total{};  // inclusive
};

// All functions of a profile with one key, such as the lambdas of a file.
struct FunctionSum {
    FunctionKey key;
    std::string module;  // path, empty for Python functions
    std::set<std::uint32_t> first_lines;
    profile::Amount self{}, total{};
    profile::Amount own{};  // exclusive; of a Python function with the native code that it calls directly
    std::map<std::uint32_t, LineSum> lines;  // by line; those without a number are left out
};

struct Side {
    std::vector<FunctionSum> functions;      // in the order of their keys
    std::vector<std::uint32_t> of_function;  // by function of the profile: its place in `functions`
    profile::Amount all{};
    std::uint32_t workers = 1;  // ranks, 1 without MPI
};

// `profile` is one that report's prepare() made.
Side sums_of(const profile::Profile& profile);

}  // namespace pyprof::diff
