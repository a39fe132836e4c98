#include "cli/job_folder.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace pyprof::cli {
namespace {

constexpr std::string_view registration_prefix = "launcher-";
constexpr const char* note_names[] = {"started", "lowest", "output", "ranks"};

Error system_error(const std::string& what) { return Error{what + ": " + std::strerror(errno)}; }

std::uint64_t realtime_ns() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc{}) return std::nullopt;
    return value;
}

// `launcher-RANK-PID`: the rank, or nothing for any other name.
std::optional<int> registered_rank(std::string_view name) {
    if (name.substr(0, registration_prefix.size()) != registration_prefix) return std::nullopt;
    return number<int>(name.substr(registration_prefix.size()));
}

// Whoever registered this way holds the lock until it ends.
bool is_locked(int folder, const char* name) {
    const FileDescriptor file{openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    return file && flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

Result<FileDescriptor> open_private_folder(const std::string& path) {
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return system_error("cannot create " + path);
    FileDescriptor folder{open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!folder) return system_error("cannot use " + path);
    struct stat status {};
    if (fstat(folder.get(), &status) != 0) return system_error("cannot use " + path);
    if (status.st_uid != geteuid() || (status.st_mode & 077) != 0) {
        return Error{"refusing " + path + ": it is not a private folder of this user"};
    }
    return folder;
}

}  // namespace

Result<JobFolder> JobFolder::join(const std::string& root, const std::string& key, int rank) {
    JobFolder job;
    job.path_ = root + "/pyprof-" + std::to_string(geteuid()) + "-" + key;
    job.rank_ = rank;
    // The last launcher of an earlier program of the same job may remove the folder while we open it.
    for (int attempt = 0; attempt < 100; ++attempt) {
        auto folder = open_private_folder(job.path_);
        if (!folder) return folder.error();
        job.folder_ = std::move(*folder);
        job.lock();
        if (!job.exists()) continue;
        auto status = job.register_launcher();
        job.unlock();
        if (!status) return status.error();
        return job;
    }
    return Error{"cannot use " + job.path_ + ": it keeps being removed"};
}

bool JobFolder::exists() const {
    struct stat ours {};
    struct stat there {};
    return fstat(folder_.get(), &ours) == 0 && lstat(path_.c_str(), &there) == 0 && ours.st_ino == there.st_ino &&
           ours.st_dev == there.st_dev;
}

Status JobFolder::register_launcher() {
    registration_name_ = std::string{registration_prefix} + std::to_string(rank_) + "-" + std::to_string(getpid());
    registration_ =
        FileDescriptor{openat(folder_.get(), registration_name_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
    if (!registration_) return system_error("cannot write into " + path_);
    flock(registration_.get(), LOCK_EX | LOCK_NB);
    const auto started = number<std::uint64_t>(note("started"));
    started_ns_ = started.value_or(realtime_ns());
    if (!started) set_note("started", std::to_string(started_ns_));
    lowest_ever_ = std::min(rank_, number<int>(note("lowest")).value_or(rank_));
    set_note("lowest", std::to_string(lowest_ever_));
    return {};
}

void JobFolder::lock() {
    while (flock(folder_.get(), LOCK_EX) != 0 && errno == EINTR) {
    }
    lowest_ever_ = number<int>(note("lowest")).value_or(rank_);
}

void JobFolder::unlock() { flock(folder_.get(), LOCK_UN); }

int JobFolder::lowest_other() const {
    int lowest = -1;
    const std::unique_ptr<DIR, int (*)(DIR*)> entries{opendir(path_.c_str()), closedir};
    while (const auto* entry = entries ? readdir(entries.get()) : nullptr) {
        const auto rank = registered_rank(entry->d_name);
        if (!rank || entry->d_name == registration_name_ || !is_locked(folder_.get(), entry->d_name)) continue;
        lowest = lowest < 0 ? *rank : std::min(lowest, *rank);
    }
    return lowest;
}

bool JobFolder::is_lowest() const {
    const int other = lowest_other();
    return other < 0 || rank_ <= other;
}

void JobFolder::leave() { unlinkat(folder_.get(), registration_name_.c_str(), 0); }

std::string JobFolder::note(const std::string& name) const {
    std::ifstream file{path_ + "/" + name};
    std::string text;
    std::getline(file, text);
    return text;
}

void JobFolder::set_note(const std::string& name, const std::string& text) {
    std::ofstream{path_ + "/" + name} << text << '\n';
}

void JobFolder::remove_if_empty() {
    const std::unique_ptr<DIR, int (*)(DIR*)> entries{opendir(path_.c_str()), closedir};
    bool empty = true;
    while (const auto* entry = entries ? readdir(entries.get()) : nullptr) {
        const std::string_view name = entry->d_name;
        if (name == "." || name == ".." || std::count(std::begin(note_names), std::end(note_names), name) != 0)
            continue;
        if (registered_rank(name) && !is_locked(folder_.get(), entry->d_name)) {
            unlinkat(folder_.get(), entry->d_name, 0);
        } else {
            empty = false;
        }
    }
    if (!empty) return;
    for (const auto* name : note_names) unlinkat(folder_.get(), name, 0);
    rmdir(path_.c_str());
}

}  // namespace pyprof::cli
