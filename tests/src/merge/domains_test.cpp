#include "merge/domains.h"

#include "tests/support/catch.h"

namespace pyprof::merge {
namespace {

gather::Module module(const std::string& path, std::uint32_t flags = 0) { return {path, "", 0, flags}; }

TEST_CASE("modules are sorted into interpreter, system, agent and the user's own") {
    using namespace wire::module_flags;
    CHECK(kind_of(module("/usr/bin/python3.11", interpreter | executable)) == ModuleKind::interpreter);
    CHECK(kind_of(module("/opt/py/bin/python3.12", executable)) == ModuleKind::interpreter);
    CHECK(kind_of(module("/opt/py/lib/libpython3.12.so.1.0")) == ModuleKind::interpreter);
    CHECK(kind_of(module("/opt/lammps/bin/lmp", executable)) == ModuleKind::program);
    CHECK(kind_of(module("/x/python_helpers.so")) == ModuleKind::program);
    CHECK(kind_of(module("/x/_multiarray_umath.cpython-311-x86_64-linux-gnu.so")) == ModuleKind::program);
    CHECK(kind_of(module("/lib/x86_64-linux-gnu/libc.so.6")) == ModuleKind::system);
    CHECK(kind_of(module("/lib64/ld-linux-x86-64.so.2")) == ModuleKind::system);
    CHECK(kind_of(module("[vdso]")) == ModuleKind::system);
    CHECK(kind_of(module("/lib/libcrypto.so.3")) == ModuleKind::program);
    CHECK(kind_of(module("/p/libpyprof-agent.so", agent)) == ModuleKind::agent);
}

TEST_CASE("an MPI library is MPI by its flag or its name, the vDSO is the system's") {
    CHECK(domain_of(module("/x/libfabric.so.1", wire::module_flags::mpi)) == profile::Domain::mpi);
    CHECK(domain_of(module("/usr/lib/libmpi.so.40")) == profile::Domain::mpi);
    CHECK(domain_of(module("/usr/lib/openmpi/mca_btl_vader.so")) == profile::Domain::mpi);
    CHECK(domain_of(module("linux-vdso.so.1")) == profile::Domain::os);
    CHECK(domain_of(module("/usr/lib/libopenblas.so.0")) == profile::Domain::native);
}

TEST_CASE("a deleted file keeps its name") {
    CHECK(file_name_of("/tmp/build/libheat.so (deleted)") == "libheat.so");
    CHECK(file_name_of("libheat.so") == "libheat.so");
    CHECK(file_name_of("").empty());
}

}  // namespace
}  // namespace pyprof::merge
