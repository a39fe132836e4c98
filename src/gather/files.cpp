#include "gather/files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "base/mapped_file.h"
#include "gather/bytes.h"
#include "gather/fold.h"
#include "gather/gather.h"
#include "gather/reduce.h"
#include "wire/decoder.h"

namespace pyprof::gather {
namespace {

Error cannot_write(const std::string& path) { return Error{"cannot write " + path + ": " + std::strerror(errno)}; }

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

Status write_new(const std::string& path, std::string_view bytes) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0) return cannot_write(path);
    const bool written = write_all(fd, bytes) && ::fsync(fd) == 0;
    const int failure = errno;
    ::close(fd);
    errno = failure;
    return written ? Status{} : cannot_write(path);
}

// A link fails where the name is taken; a file system without links gets the next best.
int move_if_absent(const char* from, const char* to) {
    if (::link(from, to) == 0) return ::unlink(from);
    if (errno == EEXIST || ::access(to, F_OK) == 0) {
        errno = EEXIST;
        return -1;
    }
    return ::rename(from, to);
}

bool ends_with(std::string_view text, std::string_view end) {
    return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

Result<Tree> gather_file(const std::string& path) {
    const Result<MappedFile> file = MappedFile::open(path);
    if (!file) return file.error();
    const auto failure = [&](const Error& error) { return Error{"cannot read " + path + ": " + error.message()}; };
    if (is_gathered(file->bytes())) {
        Result<Tree> tree = parse(file->bytes());
        return tree ? std::move(tree) : failure(tree.error());
    }
    const Result<wire::Recording> recording = wire::decode(file->bytes());
    if (!recording) return failure(recording.error());
    Tree tree = gather(*recording, CompilerFiles{recording->header});
    fold_for_ranks(tree);
    return tree;
}

Status write_gathered(const std::string& path, const Tree& tree, IfPresent if_present) {
    const std::string part = path + "." + std::to_string(::getpid()) + ".part";
    ::unlink(part.c_str());  // of an earlier process with this pid
    Status status = write_new(part, serialise(tree));
    if (status) {
        const int moved = if_present == IfPresent::replace ? std::rename(part.c_str(), path.c_str())
                                                           : move_if_absent(part.c_str(), path.c_str());
        if (moved != 0) status = cannot_write(path);
    }
    if (!status) ::unlink(part.c_str());
    return status;
}

Result<std::vector<std::string>> list_recordings(const std::string& folder) {
    const std::unique_ptr<DIR, int (*)(DIR*)> entries{opendir(folder.c_str()), closedir};
    if (entries == nullptr) return Error{"cannot list " + folder + ": " + std::strerror(errno)};
    std::vector<std::string> paths;
    while (const dirent* entry = readdir(entries.get())) {
        const std::string_view name = entry->d_name;
        if (ends_with(name, ".rec") || ends_with(name, ".rec.done") || ends_with(name, ".gath"))
            paths.push_back(folder + "/" + entry->d_name);
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

}  // namespace pyprof::gather
