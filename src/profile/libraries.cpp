#include "profile/libraries.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>

namespace pyprof::profile {
namespace {

struct Known {
    std::string_view beginning;  // of the file's name
    std::string_view role;
    std::string_view name;
    bool is_minor = false;  // counts only if it started threads
};
constexpr std::string_view blas = "BLAS";
constexpr std::string_view openmp = "OpenMP";
constexpr std::string_view mpi = "MPI";
constexpr std::array<Known, 18> known_files{{
    {"libmkl_rt", blas, "MKL"},
    {"libmkl_core", blas, "MKL"},
    {"libmkl_", blas, "MKL", true},
    {"libblis", blas, "BLIS"},
    {"libflexiblas", blas, "FlexiBLAS"},
    {"libarmpl", blas, "Arm PL"},
    {"libnvpl_blas", blas, "NVPL BLAS"},
    {"libsci_", blas, "LibSci"},
    {"libsatlas", blas, "ATLAS"},
    {"libtatlas", blas, "ATLAS"},
    {"libatlas", blas, "ATLAS"},
    {"libblas.", blas, "BLAS"},
    {"libgomp", openmp, "GNU OpenMP"},
    {"libiomp", openmp, "Intel OpenMP"},
    {"libomp", openmp, "LLVM OpenMP"},
    {"libmpi.", mpi, "MPI"},
    {"libmpi_abi.", mpi, "MPI"},
    {"libmpich.", mpi, "MPICH"},
}};

std::string_view file_name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::optional<Known> known_library(const Module& module) {
    const std::string_view file = file_name_of(module.path);
    if (module.interpreter) return Known{file, "Python", "CPython"};
    // Its files have many names, and a folder of that name where it stands in for the reference libraries.
    if (file.find("openblas") != std::string_view::npos) return Known{file, blas, "OpenBLAS"};
    if (file.starts_with("libblas.") && module.path.find("openblas") != std::string::npos)
        return Known{file, blas, "OpenBLAS", true};
    const auto found =
        std::ranges::find_if(known_files, [&](const Known& each) { return file.starts_with(each.beginning); });
    return found == known_files.end() ? std::nullopt : std::optional{*found};
}

// For each module the threads that it started in the process where they are most.
std::vector<std::uint32_t> threads_started(const Profile& profile) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> by_process;
    std::vector<std::uint32_t> most(profile.modules.size());
    for (const Thread& thread : profile.threads) {
        if (thread.started_in == none) continue;
        std::uint32_t& count = by_process[{thread.process, thread.started_in}];
        most[thread.started_in] = std::max(most[thread.started_in], ++count);
    }
    return most;
}

// What MPI libraries say of themselves was read when the profile was made: "Open MPI 4.1.4".
void name_as_run_says(Library& library, const Run& run) {
    if (library.role != mpi || run.mpi.empty()) return;
    const std::size_t space = run.mpi.rfind(' ');
    library.name = run.mpi.substr(0, space);
    library.version = space == std::string::npos ? "" : run.mpi.substr(space + 1);
}

// A libblas that stands for another library, as Debian's alternatives do, is no BLAS of its own.
void drop_facades(std::vector<Library>& libraries) {
    const auto is_facade = [](const Library& each) { return each.name == blas && each.threads == 0; };
    const bool has_another =
        std::ranges::any_of(libraries, [&](const Library& each) { return each.role == blas && !is_facade(each); });
    if (has_another) std::erase_if(libraries, is_facade);
}

}  // namespace

std::vector<Library> libraries_of(const Profile& profile) {
    const std::vector<std::uint32_t> threads = threads_started(profile);
    std::vector<Library> libraries;
    for (std::size_t i = 0; i < profile.modules.size(); i++) {
        const Module& module = profile.modules[i];
        const std::optional<Known> known = known_library(module);
        if (!known || (known->is_minor && threads[i] == 0)) continue;
        libraries.push_back({known->role, std::string{known->name}, module.version, module.path, threads[i]});
        if (module.interpreter && profile.run.pythons.size() == 1) libraries.back().version = profile.run.pythons[0];
        name_as_run_says(libraries.back(), profile.run);
    }
    drop_facades(libraries);
    const auto key = [](const Library& each) { return std::tuple{each.role, each.path}; };
    std::ranges::sort(libraries, {}, key);
    return libraries;
}

std::string in_short(const Library& library) {
    std::string text = library.name;
    if (!library.version.empty()) text += ' ' + library.version;
    if (library.threads == 0) return text;
    return text + " (" + std::to_string(library.threads) + (library.threads == 1 ? " thread)" : " threads)");
}

}  // namespace pyprof::profile
