#include "merge/library_version.h"

#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::merge {
namespace {

TEST_CASE("a version is read from a library's file name") {
    CHECK(version_in_file_name("libmpi.so.40.30.4") == "40.30.4");
    CHECK(version_in_file_name("libopenblasp-r0.3.21.so") == "0.3.21");
    CHECK(version_in_file_name("libc-2.31.so") == "2.31");
    CHECK(version_in_file_name("libc.so.6").empty());
    CHECK(version_in_file_name("_multiarray_umath.cpython-311-x86_64-linux-gnu.so").empty());
    CHECK(version_in_file_name("python3.11").empty());
    CHECK(version_in_file_name("").empty());
}

TEST_CASE("a library of linear algebra says its own version") {
    CHECK(numerical_version_in(std::string_view{"\0OpenBLAS 0.3.21 NO_LAPACKE", 26}) == "0.3.21");
    CHECK(numerical_version_in("OpenBLAS blas_thread_init: OpenBLAS 0.3.26") == "0.3.26");
    CHECK(numerical_version_in("Intel(R) oneAPI Math Kernel Library Version 2021.4-Product") == "2021.4");
    CHECK(numerical_version_in("OpenBLAS : Program will terminate").empty());
}

TEST_CASE("links lead to the file that has the version") {
    const test_support::TemporaryFolder folder;
    std::ofstream{folder / "libheat.so.2.5.1"} << "x";
    std::filesystem::create_symlink("libheat.so.2.5.1", folder / "libheat.so.2");
    CHECK(version_of(folder / "libheat.so.2") == "2.5.1");
    CHECK(version_of("/does/not/exist/libheat.so.1.2") == "1.2");
}

TEST_CASE("an MPI library is known by the text it carries") {
    CHECK(mpi_library_in("\x01 Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4") == "Open MPI 4.1.4");
    CHECK(mpi_library_in("MPICH Version:\t%s MPICH Version:\t4.0.2 MPICH Release") == "MPICH 4.0.2");
    CHECK(mpi_library_in("Intel(R) MPI Library 2021.8 for Linux* OS") == "Intel MPI 2021.8");
    CHECK(mpi_library_in("Open MPI v%s").empty());
    CHECK(mpi_library_in("Open MPI v%d.%d.%d Whether this call blocks. Whether this 5.0.7 installation supports") ==
          "Open MPI 5.0.7");
    using namespace std::string_view_literals;
    CHECK(mpi_library_in("MPICH Version:      %s\0 UTC 2026\0005.0.2\0more"sv) == "MPICH 5.0.2");
    CHECK(mpi_library_in("UTC 2026\0005.0.2\0more"sv).empty());  // of another library
    CHECK(mpi_library_in("MPICH Version:\0 2026\0005.0\0 20"sv) == "MPICH 5.0");
    CHECK(mpi_library_in("MPICH Version:\0 2026\0 5.0.2\0 2026\0 2026\0005.0.2"sv).empty());
    CHECK(mpi_library_in("").empty());
}

TEST_CASE("a run's MPI library is the first of its modules that is one") {
    const test_support::TemporaryFolder folder;
    const std::string path = folder / "libmpi.so.40";
    std::ofstream{path} << "text Open MPI v5.0.7, more";
    gather::Tree tree;
    CHECK(mpi_library_of(tree).empty());
    tree.modules = {{"/x/mca_btl_vader.so", "", 0, wire::module_flags::mpi}, {"/gone/libmpi_mpifh.so.40", "", 0, 0}};
    CHECK(mpi_library_of(tree) == "MPI (libmpi_mpifh.so.40)");
    tree.modules.push_back({path, "", 0, wire::module_flags::mpi});
    CHECK(mpi_library_of(tree) == "Open MPI 5.0.7");
}

}  // namespace
}  // namespace pyprof::merge
