#pragma once
// A gathered tree into a profile: the step that gives names. Not for the signal side; one thread at a time.
#include "base/result.h"
#include "gather/tree.h"
#include "profile/profile.h"
#include "symbols/module_symbols.h"

namespace pyprof::merge {

struct MergeOptions {
    symbols::Options symbols;  // where debug files and the symbol cache are
};

// Fails only if the tree contradicts itself (a number that refers to nothing). Libraries that are gone or changed cost
// names, which Run::notes says. The sums of samples and weights are those of the tree.
Result<profile::Profile> merge(const gather::Tree& tree, const MergeOptions& options);

}  // namespace pyprof::merge
