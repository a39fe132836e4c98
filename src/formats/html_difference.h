#pragma once
// What a page holds of a second run, beside which its profile is shown: docs/formats/html.md.
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "formats/html_columns.h"
#include "formats/html_tree.h"
#include "profile/profile.h"

namespace pyprof::formats {

// How figures of one run are shown: value = factor × weight.
struct PageScale {
    std::string name;  // of the run, for people
    double factor = 1;
    double unit = 0;            // what one sample of the whole run stands for, as a value; 0: the metric is not sampled
    std::uint32_t workers = 1;  // ranks, 1 without MPI
};

struct PageDifference {
    std::vector<profile::Value> before;  // values of the earlier run at contexts of the page's profile; threads are 0
    std::uint64_t period_ns = 0;         // of the earlier run
    PageScale scale_before, scale_after;
    bool is_share = false;    // values are shares of their run
    bool is_by_rank = false;  // values are means, since the numbers of ranks differ
    std::vector<std::string> facts{}, legend{};
};

// Adds the columns `before.*`; the result stands in the header as `difference`.
nlohmann::json difference_of(Columns& columns, const PageTree& tree, const PageDifference& difference);

}  // namespace pyprof::formats
