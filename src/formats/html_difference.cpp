#include "formats/html_difference.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace pyprof::formats {
namespace {

using nlohmann::json;
using profile::Value;

json scale_of(const PageScale& scale) {
    return {{"name", scale.name}, {"factor", scale.factor}, {"unit", scale.unit}, {"workers", scale.workers}};
}

}  // namespace

json difference_of(Columns& columns, const PageTree& tree, const PageDifference& difference) {
    const std::vector<Value> values = placed(difference.before, tree);
    const auto samples = [](const Value& v) {
        return static_cast<std::uint32_t>(
            std::min<std::uint64_t>(v.samples, std::numeric_limits<std::uint32_t>::max()));
    };
    std::uint32_t last = 0;
    columns.add("before.step", values, [&](const Value& v) { return v.context - std::exchange(last, v.context); });
    columns.add("before.samples", values, samples);
    columns.add_wide("before.extra", values,
                     [&](const Value& v) { return v.weight - samples(v) * difference.period_ns; });
    return {{"before", scale_of(difference.scale_before)},
            {"after", scale_of(difference.scale_after)},
            {"period_ns", difference.period_ns},
            {"is_share", difference.is_share},
            {"is_by_rank", difference.is_by_rank},
            {"facts", difference.facts},
            {"legend", difference.legend}};
}

}  // namespace pyprof::formats
