#pragma once
// Time that JIT compilers take: Numba's and LLVM's, in the first calls of what they compile.
#include <cstdint>
#include <vector>

#include "profile/profile.h"
#include "profile/sums.h"

namespace pyprof::profile {

struct CompileRow {
    std::uint32_t caller = none;  // location: the Python line outside the compiler that made it compile; none: none
    Amount total;
};

// By caller, most first. To import a compiler is not to compile.
std::vector<CompileRow> compile_rows(const Profile& profile);

}  // namespace pyprof::profile
