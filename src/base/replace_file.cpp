#include "base/replace_file.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <unistd.h>

namespace pyprof {
namespace {

namespace fs = std::filesystem;

std::error_code write_new(const std::string& path, const std::function<void(std::ostream&)>& write) {
    errno = 0;
    std::ofstream out{path, std::ios::binary | std::ios::trunc};
    if (out) write(out);
    out.close();
    if (out) return {};
    return {errno == 0 ? EIO : errno, std::generic_category()};
}

std::error_code move_over(const std::string& from, const std::string& to) {
    std::error_code problem;
    const fs::file_status old = fs::status(to, problem);
    if (fs::is_regular_file(old)) fs::permissions(from, old.permissions(), problem);
    fs::rename(from, to, problem);
    return problem;
}

}  // namespace

Status replace_file(const std::string& path, const std::function<void(std::ostream&)>& write) {
    const std::string temporary = path + ".new-" + std::to_string(getpid());
    std::error_code problem = write_new(temporary, write);
    if (!problem) problem = move_over(temporary, path);
    if (!problem) return {};
    std::error_code ignored;
    fs::remove(temporary, ignored);
    return Error{path + " cannot be written (" + problem.message() + "); choose another place or free some space"};
}

}  // namespace pyprof
