#include "profile/ratios.h"

#include <algorithm>

namespace pyprof::profile {
namespace {

struct KnownRatio {
    const char* name;
    const char* unit;
    const char* numerator;
    const char* denominator;
    double scale = 1;
};

// Names of events as PAPI gives them: its presets and those of its perf_event component.
constexpr KnownRatio known_ratios[] = {
    {"ipc", "instructions/cycle", "PAPI_TOT_INS", "PAPI_TOT_CYC"},
    {"ipc", "instructions/cycle", "perf::INSTRUCTIONS", "perf::CYCLES"},
    {"branch_misses", "misses/branch", "PAPI_BR_MSP", "PAPI_BR_CN"},
    {"branch_misses", "misses/branch", "perf::BRANCH-MISSES", "perf::BRANCHES"},
    {"cache_misses", "misses/access", "PAPI_L2_TCM", "PAPI_L2_TCA"},
    {"cache_misses", "misses/access", "PAPI_L3_TCM", "PAPI_L3_TCA"},
    {"cache_misses", "misses/access", "perf::CACHE-MISSES", "perf::CACHE-REFERENCES"},
    {"gflops", "10^9 operations/s", "PAPI_DP_OPS", "cpu"},
    {"gflops", "10^9 operations/s", "PAPI_FP_OPS", "cpu"},
    {"faults_per_s", "faults/s", "perf::PAGE-FAULTS", "cpu", 1e9},
};

constexpr std::uint32_t missing = none - 1;

// An event may carry modifiers after its name: "perf::CYCLES:u=1".
bool is_event(const std::string& metric, const std::string& event) {
    return metric == event || metric.starts_with(event + ":");
}

std::uint32_t place_of(const Profile& profile, const char* name) {
    if (is_event(profile.metric.name, name)) return none;
    for (std::uint32_t i = 0; i < profile.measures.size(); i++)
        if (is_event(profile.measures[i].metric.name, name)) return i;
    return missing;
}

double part(const Amount& amount, std::uint32_t place) {
    return static_cast<double>(place == none ? amount.weight : amount.measures[place]);
}

}  // namespace

std::vector<Ratio> ratios_of(const Profile& profile) {
    std::vector<Ratio> ratios;
    for (const KnownRatio& known : known_ratios) {
        const std::uint32_t numerator = place_of(profile, known.numerator);
        const std::uint32_t denominator = place_of(profile, known.denominator);
        const bool is_there = std::ranges::find(ratios, known.name, &Ratio::name) != ratios.end();
        if (numerator == missing || denominator == missing || is_there) continue;
        ratios.push_back({known.name, known.unit, numerator, denominator, known.scale});
    }
    return ratios;
}

std::optional<double> value_of(const Ratio& ratio, const Amount& amount) {
    const double denominator = part(amount, ratio.denominator);
    if (denominator == 0) return std::nullopt;
    return ratio.scale * part(amount, ratio.numerator) / denominator;
}

}  // namespace pyprof::profile
