#pragma once
// Ranks that never ran, with the statistics of a process that did: what a merge of many thousand ranks is tried with.
//
// A rank's samples of a context are a Poisson number around the measured one. Contexts that no sample has met yet exist
// as well: as many as Chao's estimate says (f1²/2f2, with f1 and f2 contexts met once and twice), each as likely as
// Good and Turing have it (f1/n of all samples). So the merged tree grows with the number of ranks as that of real ones
// does.
#include <cstdint>

#include "gather/tree.h"

namespace pyprof::test_support {

class SyntheticRanks {
public:
    // `measured` is of one process. `contexts` is about how many of them a rank has: the measured tree is repeated
    // below as many roots as that takes, or as it is for 0.
    SyntheticRanks(const gather::Tree& measured, std::uint32_t contexts);

    // The tree of a rank, always the same. In canonical form.
    gather::Tree of(std::int32_t rank, std::int32_t rank_count) const;

    std::size_t expected_contexts() const;  // with a sample, on one rank

private:
    gather::Tree world_;           // all contexts that a rank can have; its values are the means
    std::vector<double> samples_;  // expected, by value of world_
    std::uint64_t period_ns_ = 0;
};

}  // namespace pyprof::test_support
