#include "cli/installation.h"

#include <filesystem>

namespace pyprof::cli {

Result<Installation> find_installation() {
    std::error_code failure;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", failure);
    if (failure) return Error{"cannot find its own files: /proc/self/exe: " + failure.message()};
    const auto prefix = program.parent_path().parent_path();
    return Installation{prefix / "lib/pyprof/libpyprof-agent.so", prefix / "lib/pyprof/libpyprof-mpi.so",
                        prefix / "libexec/pyprof/pyprof-analyze"};
}

std::string launcher_of_analyze() {
    std::error_code failure;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", failure);
    return program.parent_path().parent_path().parent_path() / "bin/pyprof";
}

bool fits_preload(const std::string& path) { return path.find_first_of(" :$") == std::string::npos; }

}  // namespace pyprof::cli
