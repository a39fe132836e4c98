#include "gather/process_file.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wire/decoder.h"

namespace pyprof::gather {
namespace {

bool is_this_host(const wire::RecordingHeader& header) {
    char name[sizeof header.host] = {};
    return gethostname(name, sizeof name - 1) == 0 && wire::text_of(header.host) == name;
}

bool is_of_process(int file, const wire::RecordingHeader& header) {
    struct stat what {};
    return fstat(file, &what) == 0 && S_ISREG(what.st_mode) && what.st_uid == geteuid() &&
           static_cast<std::uint64_t>(what.st_mtim.tv_sec) >= header.started_realtime_ns / 1'000'000'000;
}

std::string content_of(int file, std::size_t most) {
    std::string text;
    char part[65536];
    while (text.size() < most) {
        const ssize_t bytes = read(file, part, std::min(sizeof part, most - text.size()));
        if (bytes <= 0) break;
        text.append(part, static_cast<std::size_t>(bytes));
    }
    return text;
}

}  // namespace

std::string content_of_process(const std::string& path, const wire::RecordingHeader& header, std::size_t most) {
    if (!is_this_host(header)) return {};
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0) return {};
    std::string content = is_of_process(file, header) ? content_of(file, most) : std::string{};
    close(file);
    return content;
}

}  // namespace pyprof::gather
