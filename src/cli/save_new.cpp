#include "cli/save_new.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include "cli/output.h"
#include "profile/save.h"

namespace pyprof::cli {
namespace {

// The path, or the first free numbered one, as an empty file of ours.
Result<std::string> reserve(const std::string& path) {
    constexpr int most = 10'000;
    for (int number = 1; number < most; number++) {
        const std::string candidate = numbered_output(path, number);
        const int file = open(candidate.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0) {
            close(file);
            return candidate;
        }
        if (errno != EEXIST) break;
    }
    return Error{"cannot write " + path + ": " + std::strerror(errno) + "; choose another place with -o"};
}

}  // namespace

Result<std::string> save_new(const profile::Profile& profile, const std::string& path) {
    Result<std::string> reserved = reserve(path);
    if (!reserved) return reserved.error();
    const Status saved = profile::save_file(profile, *reserved);
    if (saved) return reserved;
    unlink(reserved->c_str());
    return saved.error();
}

}  // namespace pyprof::cli
