#pragma once
// Gathered trees made by chance from a small world of modules, functions, hosts and threads, so that two of them have
// much in common; and what a tree says, told without indices.
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>

#include "gather/tree.h"

namespace pyprof::test_support {

// Keeps what gather/tree.h promises, but is in no canonical order.
gather::Tree random_tree(std::mt19937& random, std::uint32_t contexts);

// Everything a tree says, as sums under names: "process|thread|call path" has samples and weight, and so have facts.
// Slow, and indifferent to order and indices.
using Meaning = std::map<std::string, std::pair<std::uint64_t, std::uint64_t>>;
Meaning meaning_of(const gather::Tree& tree);

// `a` and `b` said together.
Meaning sum_of(Meaning a, const Meaning& b);

}  // namespace pyprof::test_support
