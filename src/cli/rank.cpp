#include "cli/rank.h"

#include <charconv>
#include <filesystem>
#include <string>

namespace pyprof::cli {
namespace {

struct Launcher {
    const char* rank;
    const char* size;        // may be nullptr
    const char* local_size;  // may be nullptr
    const char* also;        // a variable that must be there as well, or nullptr
};

// The most specific first: under Slurm, mpirun's own variables say more than Slurm's.
constexpr Launcher launchers[] = {
    {"MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_LOCAL_SIZE", nullptr},
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE", nullptr},
    {"PALS_RANKID", nullptr, "PALS_LOCAL_SIZE", nullptr},
    {"FLUX_TASK_RANK", "FLUX_JOB_SIZE", nullptr, nullptr},
    {"JSM_NAMESPACE_RANK", "JSM_NAMESPACE_SIZE", "JSM_NAMESPACE_LOCAL_SIZE", nullptr},
    {"PMI_RANK", "PMI_SIZE", "MPI_LOCALNRANKS", nullptr},
    {"PMIX_RANK", "SLURM_STEP_NUM_TASKS", nullptr, nullptr},
    {"ALPS_APP_PE", nullptr, nullptr, nullptr},
    {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS", nullptr, "SLURM_STEP_ID"},
};

std::optional<int> number(const std::string& text) {
    int value = 0;
    const auto end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc{} || stop != end || value < 0) return std::nullopt;
    return value;
}

int number_of(const Environment& environment, const char* name) {
    return name == nullptr ? 0 : number(environment.get(name)).value_or(0);
}

}  // namespace

std::optional<RankPlace> rank_from(const Environment& environment) {
    for (const auto& launcher : launchers) {
        const auto rank = number(environment.get(launcher.rank));
        if (!rank || (launcher.also != nullptr && !environment.has(launcher.also))) continue;
        return RankPlace{*rank, number_of(environment, launcher.size), number_of(environment, launcher.local_size)};
    }
    return std::nullopt;
}

std::string rank_variables() {
    std::string names;
    for (const auto& launcher : launchers) names += (names.empty() ? "" : ",") + std::string{launcher.rank};
    return names;
}

bool every_rank_runs(const Environment& environment, const char* program) {
    return environment.get("OMPI_NUM_APP_CTX") == "1" &&
           std::filesystem::path{environment.get("OMPI_COMMAND")}.filename() == program;
}

bool speaks_for_job(const Environment& environment) {
    const auto place = rank_from(environment);
    if (!place || place->rank == 0) return true;
    return environment.has("OMPI_COMMAND") && !every_rank_runs(environment, "pyprof");
}

}  // namespace pyprof::cli
