#pragma once
// What decides whether pyprof works on this machine, each found out by trying it.
#include <string>
#include <vector>

#include "cli/environment.h"

namespace pyprof::cli {

enum class Verdict {
    good,
    limited,  // pyprof works, but not fully
    bad       // pyprof does not work
};

struct Check {
    std::string name;
    Verdict verdict = Verdict::good;
    std::string found;   // one sentence without its full stop
    std::string advice;  // what to do about it; empty if nothing
};

// Nine checks, the weightier ones first; takes some seconds. `launcher` is the program that records.
std::vector<Check> examine(const std::string& launcher, const Environment& environment);

}  // namespace pyprof::cli
