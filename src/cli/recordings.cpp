#include "cli/recordings.h"

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <signal.h>
#include <time.h>

#include "gather/files.h"

namespace pyprof::cli {
namespace {

constexpr int settle_steps = 15;
constexpr std::uint64_t largest_remainder_ns = 100'000'000;
constexpr long settle_step_ns = 20'000'000;

bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::string file_name(const std::string& path) { return std::filesystem::path{path}.filename().string(); }

// The pid in HOST-PID-STARTNS.rec, if it is of this host.
std::optional<pid_t> writer_of(const std::string& name, const std::string& host) {
    const auto prefix = host + "-";
    if (name.compare(0, prefix.size(), prefix) != 0) return std::nullopt;
    pid_t pid = 0;
    const auto* end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data() + prefix.size(), end, pid);
    if (parsed.ec != std::errc{} || parsed.ptr == end || *parsed.ptr != '-') return std::nullopt;
    return pid;
}

// STARTNS in HOST-PID-STARTNS.rec or HOST-PID-STARTNS.rec.done.
std::optional<std::uint64_t> begin_of(const std::string& name) {
    const auto end = name.rfind(".rec");
    const auto dash = name.rfind('-', end);
    if (end == std::string::npos || dash == std::string::npos) return std::nullopt;
    std::uint64_t time = 0;
    const auto parsed = std::from_chars(name.data() + dash + 1, name.data() + end, time);
    if (parsed.ec != std::errc{} || parsed.ptr != name.data() + end) return std::nullopt;
    return time;
}

// A zombie writes no more.
bool is_running(pid_t pid) {
    std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
    std::string line;
    std::getline(file, line);
    const auto bracket = line.rfind(')');
    if (bracket == std::string::npos || bracket + 2 >= line.size()) return false;
    return line[bracket + 2] != 'Z' && line[bracket + 2] != 'X';
}

bool is_live(const std::string& path, const std::string& host) {
    if (!ends_with(path, ".rec")) return false;
    const auto writer = writer_of(file_name(path), host);
    return writer && is_running(*writer);
}

// Its process was killed before the header was whole: the magic is written last.
bool is_unbegun(const std::string& path) {
    if (!ends_with(path, ".rec")) return false;
    std::uint64_t magic = 0;
    std::ifstream file{path, std::ios::binary};
    return file && (!file.read(reinterpret_cast<char*>(&magic), sizeof magic) ? file.gcount() == 0 : magic == 0);
}

// gathered-0.gath has its recordings listed in gathered-0.names.
std::string list_beside(const std::string& gathered) {
    return std::filesystem::path{gathered}.replace_extension(".names").string();
}

std::set<std::string> names_in(const std::string& list) {
    std::set<std::string> names;
    std::ifstream file{list};
    for (std::string name; std::getline(file, name);) names.insert(name);
    return names;
}

void add_folder(const std::string& folder, const std::string& host, Recordings& into) {
    const auto paths = gather::list_recordings(folder);
    if (!paths) return;
    std::set<std::string> gathered;
    for (const auto& path : *paths) {
        if (!ends_with(path, ".gath")) continue;
        gathered.merge(names_in(list_beside(path)));
        if (std::filesystem::exists(list_beside(path))) into.redundant.push_back(list_beside(path));
    }
    for (const auto& path : *paths) {
        if (gathered.count(file_name(path)) != 0) {
            into.redundant.push_back(path);
        } else if (is_live(path, host)) {
            into.live.push_back(path);
        } else if (is_unbegun(path)) {
            into.redundant.push_back(path);
        } else {
            into.complete.push_back(path);
        }
    }
}

}  // namespace

Recordings find_recordings(const std::vector<std::string>& folders, const std::string& host) {
    Recordings found;
    for (const auto& folder : folders) add_folder(folder, host, found);
    return found;
}

bool is_small_remainder(const std::string& path) {
    const auto tree = gather::gather_file(path);
    if (!tree || tree->processes.size() != 1) return false;
    const auto begin = begin_of(file_name(path));
    if (!begin || *begin == tree->processes.front().started_realtime_ns) return false;
    std::uint64_t weight_ns = 0;
    for (const auto& value : gather::cpu_values(*tree)) weight_ns += value.weight_ns;
    return weight_ns <= largest_remainder_ns;
}

Recordings settled_recordings(const std::vector<std::string>& folders, const std::string& host) {
    auto found = find_recordings(folders, host);
    for (int step = 0; step < settle_steps && !found.live.empty(); ++step) {
        const timespec pause{0, settle_step_ns};
        nanosleep(&pause, nullptr);
        found = find_recordings(folders, host);
    }
    return found;
}

}  // namespace pyprof::cli
