#pragma once
// The sum of two trees in canonical form, found by going through both once: 64 ranks of 50 000 contexts meet in six
// such steps. Plain functions; not for the signal side.
#include "gather/tree.h"

namespace pyprof::gather {

// Whether `a` and `b`, both in canonical form (canonical_order.h), can be added in order: that is, unless one module or
// process of theirs stands at different places in their lists, as a library does that two ranks know by different
// paths.
bool have_sum_in_order(const Tree& a, const Tree& b);

// Their sum, in canonical form. In linear time.
Tree sum_in_order(Tree a, Tree b);

}  // namespace pyprof::gather
