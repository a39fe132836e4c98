#include "profile/attachment.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/saturate.h"

namespace pyprof::profile {
namespace {

// Null if the profile does not have the metric.
const std::vector<Value>* values_of(const Profile& profile, std::string_view metric) {
    if (profile.metric.name == metric) return &profile.values;
    const auto measure = std::ranges::find(profile.measures, metric,
                                           [](const Measure& each) -> std::string_view { return each.metric.name; });
    return measure == profile.measures.end() ? nullptr : &measure->values;
}

std::uint64_t sum_of_python(const Profile& profile, const std::vector<Value>& values) {
    std::uint64_t sum = 0;
    for (const Value& value : values)
        if (profile.threads[value.thread].is_python) sum = saturating_add(sum, value.weight);
    return sum;
}

}  // namespace

std::optional<Attachment> attachment_of(const Profile& profile) {
    const std::vector<Value>* const held = values_of(profile, gil_held_metric);
    const std::vector<Value>* const attached = held != nullptr ? held : values_of(profile, attached_metric);
    const std::vector<Value>* const cpu = values_of(profile, "cpu");
    if (attached == nullptr || cpu == nullptr) return std::nullopt;
    const std::uint64_t cpu_ns = sum_of_python(profile, *cpu);
    if (cpu_ns == 0) return std::nullopt;
    return Attachment{held != nullptr, cpu_ns, std::min(sum_of_python(profile, *attached), cpu_ns)};
}

}  // namespace pyprof::profile
