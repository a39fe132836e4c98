#pragma once
// What a rank gives to the sum of all ranks: the values that a view over ranks can show, and everything else in sums.
// So the sum's size is bounded, however many ranks there are (decision 101). Plain functions; not for the signal side.
#include <cstdint>

#include "gather/tree.h"

namespace pyprof::gather {

// Values of its own that each of so many ranks may keep: together 2²³, which is 64 MiB at eight bytes each.
std::size_t values_to_keep(std::int32_t rank_count);

// Rows of calls likewise: together 2²⁰.
std::size_t calls_to_keep(std::int32_t rank_count);

// Time slices that each of so many ranks may keep, a power of two.
std::size_t slices_to_keep(std::int32_t rank_count);

// Moments likewise: together 2¹⁶.
std::size_t moments_to_keep(std::int32_t rank_count);

// For the tree of one process. Keeps the largest values of its threads; the others become values of a thread that
// stands for all ranks of the job, so that no context loses any weight, and what a thread gave up is known
// (Thread::summed). Rows of calls go the same way, those in which most time was spent stay. The outcome depends on
// nothing but this tree and the number of ranks, and the tree is in canonical form if it was. Does nothing where there
// is room for all.
void fold_for_ranks(Tree& tree);

}  // namespace pyprof::gather
