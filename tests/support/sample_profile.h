#pragma once
// Profiles made by hand that hold everything a reader of profiles may meet.
#include <cstdint>
#include <string>

#include "profile/profile.h"

namespace pyprof::test_support {

// An MPI solver on two ranks and two hosts: a Python step that calls a compiled kernel (with an inlined stencil), BLAS
// (one function without a name), MPI_Allreduce (rank 1 waits), garbage collection, an import, direct recursion, a BLAS
// thread without Python, a Python worker thread and a child process of rank 1. Values with and without overruns.
// Names are hostile: "<module>", "a;b", "operator<", "ünï", markup, line ends, bidirectional controls.
inline constexpr std::uint32_t deep_frames = 5000;  // depth of its deepest stack, without the frames above it
profile::Profile sample_profile();

// The same with a name of a megabyte, and with time slices that hold what its processes have in values.
profile::Profile hostile_profile();

// The sample with its calls of MPI_Allreduce counted, 100 on each rank: rank 0 comes last. Both ranks ran for 10 s.
profile::Profile counted_profile();

// The smallest useful profile: one process, one thread, main() calling work() in app.py.
profile::Profile small_profile();

// The small one with interpreter machinery and two counters: PAPI_TOT_INS and another.
profile::Profile measured_profile(const std::string& other = "PAPI_TOT_CYC");

}  // namespace pyprof::test_support
