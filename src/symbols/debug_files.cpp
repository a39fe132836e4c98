#include "symbols/debug_files.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <zlib.h>

namespace pyprof::symbols {
namespace {

struct DebugLink {
    std::string name;
    std::uint32_t checksum = 0;
};

// .gnu_debuglink: a file name, NUL, padding to four bytes, CRC-32 of the file (GDB manual, "Separate Debug Files").
std::optional<DebugLink> debuglink(const ElfFile& file) {
    const std::optional<Section> section = file.section(".gnu_debuglink");
    Elf_Data* data = section ? file.data(*section) : nullptr;
    if (data == nullptr) return std::nullopt;
    const char* text = static_cast<const char*>(data->d_buf);
    const std::size_t length = strnlen(text, data->d_size);
    const std::size_t checksum_at = (length + 4) & ~std::size_t{3};
    if (length == 0 || checksum_at + 4 > data->d_size) return std::nullopt;
    DebugLink link{{text, length}, 0};
    std::memcpy(&link.checksum, text + checksum_at, 4);
    return link.name.find('/') == std::string::npos ? std::optional{link} : std::nullopt;
}

std::uint32_t checksum_of(const std::string& path) {
    std::ifstream stream{path, std::ios::binary};
    std::vector<char> buffer(1 << 20);
    uLong sum = crc32(0, nullptr, 0);
    while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || stream.gcount() > 0) {
        sum = crc32(sum, reinterpret_cast<const Bytef*>(buffer.data()), static_cast<uInt>(stream.gcount()));
    }
    return static_cast<std::uint32_t>(sum);
}

bool belongs(const ElfFile& candidate, const ElfFile& file) {
    if (!candidate.build_id().empty() && !file.build_id().empty()) return candidate.build_id() == file.build_id();
    const std::optional<DebugLink> link = debuglink(file);
    return link && checksum_of(candidate.path()) == link->checksum;
}

}  // namespace

std::vector<std::string> build_id_paths(const std::string& build_id, const std::vector<std::string>& roots) {
    std::vector<std::string> paths;
    if (build_id.size() < 4) return paths;
    for (const std::string& root : roots) {
        paths.push_back(root + "/.build-id/" + build_id.substr(0, 2) + "/" + build_id.substr(2) + ".debug");
    }
    return paths;
}

std::vector<std::string> debuglink_paths(const ElfFile& file, const std::vector<std::string>& roots) {
    const std::optional<DebugLink> link = debuglink(file);
    if (!link) return {};
    std::error_code ignored;
    const std::filesystem::path folder = std::filesystem::absolute(file.path(), ignored).parent_path();
    std::vector<std::string> paths{folder / link->name, folder / ".debug" / link->name};
    for (const std::string& root : roots) paths.push_back(root + folder.string() + "/" + link->name);
    return paths;
}

Result<ElfFile> find_debug_file(const ElfFile* file, const std::string& build_id, const std::vector<std::string>& roots,
                                std::string* refused) {
    for (const std::string& path : build_id_paths(build_id, roots)) {
        Result<ElfFile> candidate = ElfFile::open(path);
        if (candidate && candidate->build_id() == build_id) return candidate;
        if (candidate && refused != nullptr) *refused = path;
    }
    if (file == nullptr) return Error{"no debug file"};
    for (const std::string& path : debuglink_paths(*file, roots)) {
        if (path == file->path()) continue;
        Result<ElfFile> candidate = ElfFile::open(path);
        if (candidate && belongs(*candidate, *file)) return candidate;
        if (candidate && refused != nullptr) *refused = path;
    }
    return Error{"no debug file"};
}

}  // namespace pyprof::symbols
