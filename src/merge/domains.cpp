#include "merge/domains.h"

#include <algorithm>
#include <array>
#include <span>

namespace pyprof::merge {
namespace {

// Beginnings of file names. glibc before 2.34 had libpthread, libdl and librt of its own.
constexpr std::array<std::string_view, 11> system_files{"libc.so.",   "libc-2.",   "libm.so.", "libm-2.",
                                                        "libpthread", "libdl.so.", "libdl-2.", "librt.so.",
                                                        "librt-2.",   "ld-linux",  "ld-2."};
constexpr std::array<std::string_view, 3> kernel_files{"[vdso]", "linux-vdso.so", "[vsyscall]"};
// Open MPI's parts, MPICH and its relatives.
constexpr std::array<std::string_view, 7> mpi_files{"libmpi",  "libpmpi",  "libopen-pal", "libopen-rte",
                                                    "libpmix", "libprrte", "mca_"};

bool begins_with_any(std::string_view name, std::span<const std::string_view> beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view b) { return name.starts_with(b); });
}

}  // namespace

std::string_view file_name_of(std::string_view path) {
    constexpr std::string_view deleted = " (deleted)";
    if (path.ends_with(deleted)) path.remove_suffix(deleted.size());
    return path.substr(path.rfind('/') + 1);
}

ModuleKind kind_of(const gather::Module& module) {
    const std::string_view name = file_name_of(module.path);
    if ((module.flags & wire::module_flags::agent) != 0) return ModuleKind::agent;
    const bool is_front = (module.flags & wire::module_flags::executable) != 0 && name.starts_with("python");
    const bool is_interpreter = (module.flags & wire::module_flags::interpreter) != 0 || name.starts_with("libpython");
    if (is_interpreter || is_front) return ModuleKind::interpreter;
    const bool is_system = begins_with_any(name, system_files) || begins_with_any(name, kernel_files);
    return is_system ? ModuleKind::system : ModuleKind::program;
}

profile::Domain domain_of(const gather::Module& module) {
    const std::string_view name = file_name_of(module.path);
    if ((module.flags & wire::module_flags::mpi) != 0 || begins_with_any(name, mpi_files)) return profile::Domain::mpi;
    return begins_with_any(name, kernel_files) ? profile::Domain::os : profile::Domain::native;
}

}  // namespace pyprof::merge
