#include "merge/library_version.h"

#include <array>
#include <filesystem>

#include "base/mapped_file.h"
#include "merge/domains.h"

namespace pyprof::merge {
namespace {

constexpr std::string_view version_characters = "0123456789.";

bool is_version(std::string_view text) {
    const bool has_form = text.find_first_not_of(version_characters) == std::string_view::npos;
    return has_form && text.find('.') != std::string_view::npos && text.front() != '.' && text.back() != '.';
}

struct MpiText {
    std::string_view before_version;
    std::string_view name;
};
// What ompi_info, MPI_Get_library_version and relatives print. Debian's Open MPI puts its version together when it is
// asked, but has it in the help of an option ("Whether this 4.1.4 installation supports …", in 5.0 too).
constexpr std::array<MpiText, 4> mpi_texts{{{"Open MPI v", "Open MPI "},
                                            {"Whether this ", "Open MPI "},
                                            {"MPICH Version:\t", "MPICH "},
                                            {"Intel(R) MPI Library ", "Intel MPI "}}};

constexpr std::array<std::string_view, 3> numerical_texts{"OpenBLAS ", "Intel(R) oneAPI Math Kernel Library Version ",
                                                          "Intel(R) Math Kernel Library Version "};

// The first version that stands right behind this text; empty if there is none.
std::string version_behind(std::string_view text, std::string_view bytes) {
    for (std::size_t at = bytes.find(text); at != std::string_view::npos; at = bytes.find(text, at + 1)) {
        const std::string_view rest = bytes.substr(at + text.size(), 32);
        const std::string_view version = rest.substr(0, rest.find_first_not_of(version_characters));
        if (!version.empty() && is_version(version)) return std::string{version};
    }
    return {};
}

// MPICH puts its text together when it is asked. Its release date ends with the year, and the version follows, each
// with a zero behind it (version.c of 4.0.2 and 5.0.2, as compiled).
std::string mpich_version_in(std::string_view bytes) {
    if (bytes.find("MPICH Version:") == std::string_view::npos) return {};
    constexpr std::size_t year = 4;
    for (std::size_t at = bytes.find("20"); at != std::string_view::npos; at = bytes.find("20", at + 1)) {
        const std::string_view rest = bytes.substr(at, 32);
        if (rest.find_first_not_of("0123456789") != year || rest[year] != '\0') continue;
        const std::string_view behind = rest.substr(year + 1);
        const std::string_view version = behind.substr(0, behind.find('\0'));
        if (!version.empty() && version.size() < behind.size() && is_version(version)) return std::string{version};
    }
    return {};
}

std::string_view text_of(const MappedFile& file) {
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

bool is_mpi_library(const gather::Module& module) {
    return domain_of(module) == profile::Domain::mpi && file_name_of(module.path).starts_with("libmpi");
}

}  // namespace

std::string version_in_file_name(std::string_view file_name) {
    constexpr std::string_view extension = ".so";
    const std::size_t at = file_name.rfind(extension);
    if (at == std::string_view::npos) return {};
    const std::string_view after = file_name.substr(at + extension.size());
    if (after.size() > 1 && after.front() == '.' && is_version(after.substr(1))) return std::string{after.substr(1)};
    const std::string_view before = file_name.substr(0, at);
    const std::size_t last_other = before.find_last_not_of(version_characters);
    const std::string_view version = before.substr(last_other + 1);
    const bool is_apart = last_other != std::string_view::npos && before.find('-') != std::string_view::npos;
    return is_apart && !version.empty() && is_version(version) ? std::string{version} : std::string{};
}

std::string version_of(const std::string& path) {
    std::error_code failed;
    const std::filesystem::path real = std::filesystem::canonical(path, failed);
    return version_in_file_name(file_name_of(failed ? path : real.string()));
}

std::string mpi_library_in(std::string_view bytes) {
    for (const MpiText& text : mpi_texts) {
        const std::string version = version_behind(text.before_version, bytes);
        if (!version.empty()) return std::string{text.name} + version;
    }
    const std::string mpich = mpich_version_in(bytes);
    return mpich.empty() ? std::string{} : "MPICH " + mpich;
}

std::string numerical_version_in(std::string_view bytes) {
    for (const std::string_view text : numerical_texts) {
        std::string version = version_behind(text, bytes);
        if (!version.empty()) return version;
    }
    return {};
}

std::string version_of(const gather::Module& module) {
    if ((module.flags & wire::module_flags::numerical) != 0) {
        const Result<MappedFile> file = MappedFile::open(module.path);
        std::string version = file ? numerical_version_in(text_of(*file)) : std::string{};
        if (!version.empty()) return version;
    }
    return version_of(module.path);
}

std::string mpi_library_of(const gather::Tree& tree) {
    std::string named_only;
    for (const gather::Module& module : tree.modules) {
        if (!is_mpi_library(module)) continue;
        if (named_only.empty()) named_only = "MPI (" + std::string{file_name_of(module.path)} + ")";
        const Result<MappedFile> file = MappedFile::open(module.path);
        if (!file) continue;
        std::string library = mpi_library_in(text_of(*file));
        if (!library.empty()) return library;
    }
    return named_only;
}

}  // namespace pyprof::merge
