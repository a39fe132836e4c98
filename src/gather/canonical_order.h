#pragma once
// The one order of a tree's parts, whatever order they came in.
#include "gather/tree.h"

namespace pyprof::gather {

// Sorts modules, codes, notes; processes by (rank, host, pid, start); threads by (process, tid, start, folded);
// contexts in preorder with siblings by key; values by (context, thread), adding up what is the same. Every index is
// changed accordingly. Needs a tree whose parts are unique, as TreeBuilder keeps them; drops values of nothing.
// Linear but for the sorting of parts and siblings; no stack space for deep trees.
void order(Tree& tree);

}  // namespace pyprof::gather
