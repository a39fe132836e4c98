#include "cli/merge_shares.h"

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <unistd.h>
#include <utility>

#include "base/replace_file.h"
#include "gather/files.h"
#include "gather/reduce.h"

namespace pyprof::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds between_looks{20};
constexpr std::chrono::seconds between_signs{1};

std::string content_of(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

// Renews a file as long as it lives.
class SignOfLife {
public:
    explicit SignOfLife(std::string path)
        : path_{std::move(path)}, thread_{[this](const std::stop_token& stop) { renew(stop); }} {}

private:
    void renew(const std::stop_token& stop) {
        std::mutex mutex;
        std::unique_lock lock{mutex};
        std::condition_variable_any never;
        do std::ofstream{path_} << getpid();
        while (!never.wait_for(lock, stop, between_signs, [&stop] { return stop.stop_requested(); }));
    }

    std::string path_;
    std::jthread thread_;
};

// Of the files that have faults: their place in the share, and what is said of them.
std::string text_of(const FileFaults& faults) {
    json list = json::array();
    for (std::size_t i = 0; i < faults.errors.size(); ++i)
        if (!faults.errors[i].empty() || !faults.damages[i].empty())
            list.push_back({i, faults.errors[i], faults.damages[i]});
    return list.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool read_faults(const std::string& text, FileFaults& faults) {
    const json list = json::parse(text, nullptr, false);
    if (!list.is_array()) return false;
    for (const json& entry : list) {
        const bool is_good = entry.is_array() && entry.size() == 3 && entry[0].is_number_unsigned() &&
                             entry[0] < faults.errors.size() && entry[1].is_string() && entry[2].is_string();
        if (!is_good) return false;
        const auto file = entry[0].get<std::size_t>();
        faults.errors[file] = entry[1];
        faults.damages[file] = entry[2];
    }
    return true;
}

}  // namespace

std::optional<RankPlace> place_under_launcher() {
    const std::optional<RankPlace> place = rank_from(Environment{environ});
    std::string inherited = content_of("/proc/" + std::to_string(getppid()) + "/environ");
    std::vector<char*> block;
    for (std::size_t at = 0; at < inherited.size(); at = inherited.find('\0', at) + 1) {
        block.push_back(inherited.data() + at);
        if (inherited.find('\0', at) == std::string::npos) break;
    }
    block.push_back(nullptr);
    return rank_from(Environment{block.data()}) ? std::nullopt : place;
}

// Every so manieth file.
struct SharedMerge::Share {
    std::vector<std::string> files;
    std::vector<std::size_t> places;  // among all files
    FileFaults faults;

    void say(FileFaults& of_all) const {
        for (std::size_t i = 0; i < places.size(); ++i) {
            of_all.errors[places[i]] = faults.errors[i];
            of_all.damages[places[i]] = faults.damages[i];
        }
    }
};

SharedMerge::SharedMerge(const RankPlace& place, std::string folder, std::chrono::seconds patience)
    : place_{place}, folder_{std::move(folder)}, patience_{patience} {}

SharedMerge::Share SharedMerge::share_of(const std::vector<std::string>& files, int rank) const {
    Share share;
    const auto step = static_cast<std::size_t>(place_.size);
    for (std::size_t i = static_cast<std::size_t>(rank); i < files.size(); i += step) {
        share.files.push_back(files[i]);
        share.places.push_back(i);
    }
    share.faults = FileFaults{share.files.size()};
    return share;
}

bool SharedMerge::give(const std::vector<std::string>& files) const {
    if (!wait_for_folder()) return false;
    const SignOfLife sign{file(place_.rank, ".alive")};
    Share share = share_of(files, place_.rank);
    const gather::Tree sum = sum_of_trees(share.files, share.faults);
    const std::string said = text_of(share.faults);
    return replace_file(file(place_.rank, ".json"), [&](std::ostream& to) { to << said; }) &&
           gather::write_gathered(file(place_.rank, ".gath"), sum);
}

gather::Tree SharedMerge::take(const std::vector<std::string>& files, FileFaults& faults) const {
    std::error_code problem;
    if (!fs::create_directory(folder_, problem)) return sum_of_trees(files, faults);
    gather::Reducer reducer;
    {
        const SignOfLife sign{file(0, ".alive")};
        for (int rank = 0; rank < place_.size; ++rank) {
            Share share = share_of(files, rank);
            std::optional<gather::Tree> part = rank == 0 ? std::nullopt : part_of(rank, share);
            reducer.absorb(part ? *std::move(part) : sum_of_trees(share.files, share.faults));
            share.say(faults);
        }
    }
    fs::remove_all(folder_, problem);
    return reducer.finish();
}

std::optional<gather::Tree> SharedMerge::part_of(int rank, Share& share) const {
    if (!wait_for_part(rank)) return std::nullopt;
    FileFaults said{share.files.size()};
    Result<gather::Tree> tree = gather::gather_file(file(rank, ".gath"));
    if (!tree || !read_faults(content_of(file(rank, ".json")), said)) return std::nullopt;
    share.faults = std::move(said);
    return *std::move(tree);
}

bool SharedMerge::wait_for_folder() const {
    std::error_code problem;
    for (const auto begin = steady_clock::now(); steady_clock::now() - begin < patience_;) {
        if (fs::is_directory(folder_, problem)) return true;
        std::this_thread::sleep_for(between_looks);
    }
    return false;
}

bool SharedMerge::wait_for_part(int rank) const {
    std::error_code problem;
    const auto begin = steady_clock::now();
    while (!fs::exists(file(rank, ".gath"), problem)) {
        if (!lives(rank, begin)) return false;
        std::this_thread::sleep_for(between_looks);
    }
    return true;
}

// By the clock of the file system, which the first rank's own sign tells.
bool SharedMerge::lives(int rank, steady_clock::time_point since) const {
    std::error_code none_of_it, none_of_own;
    const auto of_it = fs::last_write_time(file(rank, ".alive"), none_of_it);
    const auto of_own = fs::last_write_time(file(0, ".alive"), none_of_own);
    if (none_of_it || none_of_own) return steady_clock::now() - since < patience_;
    return of_own - of_it < patience_ + between_signs;
}

std::string SharedMerge::file(int rank, const char* suffix) const {
    return folder_ + "/" + std::to_string(rank) + suffix;
}

}  // namespace pyprof::cli
