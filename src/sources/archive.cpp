#include "sources/archive.h"

#include <filesystem>
#include <memory>
#include <minizip/unzip.h>
#include <utility>

namespace pyprof::sources {
namespace {

namespace fs = std::filesystem;

constexpr int case_sensitive = 1;

struct Close {
    void operator()(void* archive) const { unzClose(archive); }
};
using Archive = std::unique_ptr<void, Close>;

std::optional<std::string> read_current(void* archive, std::size_t most) {
    std::string text;
    char part[65536];
    int bytes = 0;
    while ((bytes = unzReadCurrentFile(archive, part, sizeof part)) > 0) {
        text.append(part, static_cast<std::size_t>(bytes));
        if (text.size() > most) return std::nullopt;
    }
    return bytes == 0 ? std::optional{std::move(text)} : std::nullopt;
}

std::optional<std::string> read_member(const std::string& archive_path, const std::string& member, std::size_t most) {
    const Archive archive{unzOpen64(archive_path.c_str())};
    if (archive == nullptr || unzLocateFile(archive.get(), member.c_str(), case_sensitive) != UNZ_OK ||
        unzOpenCurrentFile(archive.get()) != UNZ_OK)
        return std::nullopt;
    std::optional<std::string> text = read_current(archive.get(), most);
    const bool sound = unzCloseCurrentFile(archive.get()) == UNZ_OK;  // the checksum
    return sound ? std::move(text) : std::nullopt;
}

}  // namespace

std::optional<std::string> read_from_archive(const std::string& path, std::size_t most) {
    std::error_code problem;
    for (std::size_t end = path.rfind('/'); end != std::string::npos && end > 0; end = path.rfind('/', end - 1)) {
        const fs::file_status what = fs::status(path.substr(0, end), problem);
        if (fs::is_directory(what)) return std::nullopt;
        if (fs::is_regular_file(what)) return read_member(path.substr(0, end), path.substr(end + 1), most);
    }
    return std::nullopt;
}

}  // namespace pyprof::sources
