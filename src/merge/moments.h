#pragma once
// The moments of the gathered tree as a profile has them.
#include "gather/tree.h"
#include "merge/contexts.h"
#include "profile/profile.h"

namespace pyprof::merge {

// Into a profile that has the tree's processes and threads. Those of one process get one weight, the largest that any
// of them has, and where there are more than profile::most_moments, they are thinned out.
void add_moments(const gather::Tree& tree, const ContextMap& contexts, profile::Profile& profile);

}  // namespace pyprof::merge
