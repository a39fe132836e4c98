#include "agent/mpi/finalize.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <unistd.h>

#include "agent/mpi/agent_link.h"
#include "agent/mpi/rank_list.h"
#include "agent/mpi/rank_merge.h"
#include "base/replace_file.h"
#include "gather/files.h"
#include "gather/fold.h"
#include "gather/gather.h"

namespace pyprof::mpi {
namespace {

constexpr int no_rank = -1;  // in the job: spawned processes have numbers of their own
constexpr int default_wait_s = 300;
constexpr std::chrono::seconds longest_handshake{20};  // all ranks poll by then: only a stopped machine is slower

// What the launcher said, kept from before the program could change its environment.
struct Settings {
    bool all_ranks = false;
    int rank = -1;  // of the command given to pyprof; -1: not known, or this is another process
    int wait_s = default_wait_s;
    std::string folder;  // the job's, for a rank whose agent does not work (--ranks)
};

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::optional<int> number(const char* name) {
    const auto text = variable(name);
    int value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    return parsed.ec == std::errc{} && value >= 0 ? std::optional{value} : std::nullopt;
}

Settings read_settings() {
    Settings settings;
    settings.all_ranks = variable("PYPROF_ALL_RANKS") == "1";
    if (number("PYPROF_COMMAND_PID") == getpid()) settings.rank = number("PYPROF_RANK").value_or(-1);
    settings.wait_s = number("PYPROF_MERGE_WAIT").value_or(default_wait_s);
    settings.folder = variable("PYPROF_SPOOL") + "/pyprof-" + std::to_string(geteuid()) + "-" + variable("PYPROF_JOB");
    return settings;
}

const Settings settings = read_settings();

std::optional<Turn> own_turn;  // set before MPI_Init, by one thread

bool all_take_part(int ranks) {
    return settings.all_ranks || (own_turn && have_all_signed(settings.folder, *own_turn, ranks));
}

// This rank's recording as it leaves the rank: empty if nothing was recorded.
Contribution own_contribution(const PyprofAgentApi* api) {
    Contribution own;
    own.tree.contexts.emplace_back();
    const unsigned char* begin = nullptr;
    std::size_t bytes = 0;
    if (api == nullptr || !api->finish(&begin, &bytes)) return own;
    const auto recording = wire::decode(std::as_bytes(std::span{begin, bytes}));
    if (!recording) return own;
    own.tree = gather::gather(*recording, gather::CompilerFiles{recording->header});
    gather::fold_for_ranks(own.tree);
    if (const char* path = api->path()) own.recordings.push_back(std::filesystem::path{path}.filename().string());
    return own;
}

// The names go first: whoever finds the gathered file finds the list of what it holds.
bool write_gathered_file(const Contribution& sum, const std::string& folder) {
    const auto path = folder + "/gathered-0";
    const auto names = replace_file(path + ".names", [&](std::ostream& file) {
        for (const auto& name : sum.recordings) file << name << '\n';
    });
    return names && gather::write_gathered(path + ".gath", sum.tree);
}

void merge(Library& library) {
    const auto* api = agent();
    auto own = own_contribution(api);
    const bool has_recording = api != nullptr && !own.recordings.empty();
    const auto folder = api != nullptr && api->spool()[0] != '\0' ? std::string{api->spool()} : settings.folder;
    const std::chrono::seconds wait{settings.wait_s};
    const auto write = [&](const Contribution& sum) { return write_gathered_file(sum, folder); };
    if (merge_ranks(library, std::move(own), {wait, std::min(wait, longest_handshake), wait}, write) && has_recording)
        api->discard();
}

}  // namespace

void announce_rank() {
    try {
        if (settings.rank >= 0 && !settings.all_ranks) own_turn = sign_rank_list(settings.folder, settings.rank);
    } catch (const std::exception&) {
        // Then this job is merged from files.
    }
}

void confirm_rank() {
    const auto* api = agent();
    const auto library = loaded_library();
    if (api == nullptr || library == nullptr) return;
    api->confirm_rank(library->is_spawned() ? no_rank : library->rank(), library->size());
}

void merge_before_finalize() {
    static std::atomic<bool> done{false};
    if ((!settings.all_ranks && !own_turn) || done.exchange(true)) return;
    try {
        const auto library = loaded_library();
        const bool has_others = library != nullptr && library->size() > 1 && !library->is_spawned();
        if (has_others && all_take_part(library->size())) merge(*library);
    } catch (const std::exception&) {
        // Out of memory, most likely. The recordings are still there.
    }
}

}  // namespace pyprof::mpi
