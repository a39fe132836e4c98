#pragma once
// Code that is awkward to unwind, run while the walker is compared with libunwind.
#include <string>
#include <vector>

namespace pyprof::capture {

struct Workload {
    std::string name;
    void (*run)();  // a few hundred microseconds
};

// Sorting with callbacks, printing, the vDSO, deep recursion, realigned and huge frames, variable arrays, exceptions,
// calls through the procedure linkage table and its lazy binder, handlers on both kinds of stack.
std::vector<Workload> walk_workloads();

}  // namespace pyprof::capture
