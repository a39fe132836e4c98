#include "profile/libraries.h"

#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"

namespace pyprof::profile {
namespace {

// A module with this many threads in each of the processes.
void add_library(test_support::ProfileBuilder& make, const std::string& path, const std::vector<int>& threads) {
    const std::uint32_t module = make.module(path);
    for (std::size_t i = 0; i < threads.size(); i++) {
        const std::uint32_t process = make.process(static_cast<std::int32_t>(i), static_cast<int>(i) + 1, "here");
        for (int k = 0; k < threads[i]; k++) make.thread_at(make.thread(process, k + 2, "", false)).started_in = module;
    }
}

std::vector<std::string> in_short(const Profile& profile) {
    std::vector<std::string> all;
    for (const Library& library : libraries_of(profile))
        all.push_back(std::string{library.role} + ": " + in_short(library));
    return all;
}

TEST_CASE("Libraries are known by their files") {
    test_support::ProfileBuilder make;
    for (const char* path :
         {"/lib/libgomp.so.1", "/venv/numpy.libs/libscipy_openblas64_-ff651d7f.so", "/lib/libc.so.6",
          "/opt/mkl/libmkl_core.so.2", "/opt/mkl/libmkl_avx2.so.2", "/lib/libblis.so.4", "/lib/libblas.so.3"})
        make.module(path);
    CHECK(in_short(make.build()) ==
          std::vector<std::string>{"BLAS: BLIS", "BLAS: MKL", "BLAS: OpenBLAS", "OpenMP: GNU OpenMP"});
}

TEST_CASE("A libblas is one if there is no other") {
    test_support::ProfileBuilder make;
    make.module("/lib/libblas.so.3");
    CHECK(in_short(make.build()) == std::vector<std::string>{"BLAS: BLAS"});
}

TEST_CASE("A library has the threads of the process where they are most") {
    test_support::ProfileBuilder make;
    add_library(make, "/lib/openblas-pthread/libopenblas.so.0", {3, 1});
    add_library(make, "/lib/libomp.so.5", {1});
    CHECK(in_short(make.build()) ==
          std::vector<std::string>{"BLAS: OpenBLAS (3 threads)", "OpenMP: LLVM OpenMP (1 thread)"});
}

TEST_CASE("MPI is called what it calls itself, its plug-ins are no libraries of their own") {
    test_support::ProfileBuilder make;
    make.module("/lib/libmpi.so.40");
    make.module("/lib/openmpi/mca_btl_vader.so");
    Profile profile = make.build();
    profile.run.mpi = "Open MPI 4.1.4";
    REQUIRE(libraries_of(profile).size() == 1);
    CHECK(libraries_of(profile)[0].name == "Open MPI");
    CHECK(libraries_of(profile)[0].version == "4.1.4");
    profile.run.mpi.clear();
    CHECK(libraries_of(profile)[0].name == "MPI");
}

TEST_CASE("The interpreter stands with its own version if there is one only") {
    test_support::ProfileBuilder make;
    make.module("/usr/bin/python3.11");
    Profile profile = make.build();
    profile.modules[0].interpreter = true;
    profile.run.pythons = {"3.11.2"};
    CHECK(in_short(profile) == std::vector<std::string>{"Python: CPython 3.11.2"});
    profile.run.pythons = {"3.11.2", "3.13.5"};
    CHECK(in_short(profile) == std::vector<std::string>{"Python: CPython"});
}

}  // namespace
}  // namespace pyprof::profile
