#pragma once
// The lists that reports are made of, each sorted by exclusive value, largest first. They expect a profile without
// machinery (select.h); entries without any value are left out.
#include <cstdint>
#include <string>
#include <vector>

#include "profile/profile.h"
#include "profile/sums.h"

namespace pyprof::profile {

struct FunctionRow {
    std::uint32_t function = none;
    Cost cost;
};
std::vector<FunctionRow> function_rows(const Profile& profile);

// Lines with a number; functions whose lines are unknown have none.
struct LineRow {
    std::uint32_t function = none;
    std::uint32_t line = 0;
    Cost cost;
    std::uint64_t own = 0;  // weight of a Python line with the native code it calls directly; else cost.self.weight
};
std::vector<LineRow> line_rows(const Profile& profile);

struct Caller {
    std::uint32_t function = none;  // of domain python
    std::uint32_t line = 0;
    std::uint64_t weight = 0;  // the part of the kernel's exclusive weight that this line called for
};

// Compute kernels: native and JIT functions that do work themselves, somewhere below a Python line; neither CPython's
// own nor what MPI uses. Values of their other threads count too, without a caller.
std::vector<std::uint32_t> kernel_keys(const Profile& profile);  // the function of each context that is one, else none

struct KernelRow {
    std::uint32_t function = none;
    std::uint32_t line = 0;  // the line with most of its exclusive value, 0 unknown
    Cost cost;
    std::vector<Caller> callers;  // most first
};
std::vector<KernelRow> kernel_rows(const Profile& profile);

struct RankRow {
    std::int32_t rank = -1;
    std::uint32_t process = none;  // the first of the rank's processes
    std::uint32_t threads = 0;
    std::uint64_t wall_ns = 0, cpu_ns = 0;
    Amount self;         // with what its threads have in sums over the ranks; measures without
    Split categories{};  // of self.weight, by category
};
std::vector<RankRow> rank_rows(const Profile& profile);  // sorted by rank

struct ThreadRow {
    std::uint32_t thread = none;
    Amount self;
};
std::vector<ThreadRow> thread_rows(const Profile& profile);  // every thread, also without values

struct ProcessRow {
    std::uint32_t process = none;
    Amount self;
};
// Every process, not what stands for all ranks: by rank (without one last), then in the order in which they began.
std::vector<ProcessRow> process_rows(const Profile& profile);

struct ModuleRow {
    std::uint32_t module = none;
    Amount self;
    std::uint64_t named = 0;  // the part of self.weight in functions that have a name
};
std::vector<ModuleRow> module_rows(const Profile& profile);

// Weight by category, of the whole profile.
Split category_sums(const Profile& profile);

}  // namespace pyprof::profile
