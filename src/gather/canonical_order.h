#pragma once
// The one order of a tree's parts, whatever order they came in.
#include <compare>

#include "gather/tree.h"

namespace pyprof::gather {

// The order of the lists.
std::strong_ordering canonical_order(const Module& a, const Module& b);
std::strong_ordering canonical_order(const Code& a, const Code& b);
std::strong_ordering canonical_order(const Process& a, const Process& b);
std::strong_ordering canonical_order(const Thread& a, const Thread& b);
std::strong_ordering canonical_order(const Call& a, const Call& b);

// Of moments, whose threads are `threads`: true where `a` stands before `b`.
bool is_before(const Moment& a, const Moment& b, const std::vector<Thread>& threads);

// Sorts modules, codes, notes; processes by (rank, host, pid, start); threads by (process, tid, start, folded);
// contexts in preorder with siblings by key; values by (context, thread) and calls by what makes them alike, adding up
// what is the same; moments. Every index is changed accordingly. Needs a tree whose parts are unique, as TreeBuilder
// keeps them; drops values of nothing. Linear but for the sorting of parts and siblings; no stack space for deep trees.
void order(Tree& tree);

// Whether all lists are in this order, each entry once. Linear.
bool is_in_order(const Tree& tree);

}  // namespace pyprof::gather
