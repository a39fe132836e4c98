// The walker against libunwind, on the awkward code of walk_workloads: at every instruction of each, then by timer
// signals on the main thread and on others. Fails on any difference. PYPROF_FULL=1 takes at least 10^5 samples.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "tests/agent/capture/walk_oracle.h"
#include "tests/agent/capture/walk_workloads.h"

using namespace pyprof::capture;

namespace {

void step_through(unsigned every) {
    for (const Workload& workload : walk_workloads()) {
        start_stepping(every);
        workload.run();
        stop_stepping();
    }
}

void sample(std::uint64_t at_least) {
    constexpr unsigned hertz = 4000;
    register_oracle_thread();
    const std::uint64_t wanted = oracle_counts().compared + at_least;
    start_sampling(hertz);
    while (oracle_counts().compared < wanted)
        for (const Workload& workload : walk_workloads()) workload.run();
    stop_sampling();
}

}  // namespace

int main() {
    const char* full = std::getenv("PYPROF_FULL");
    const bool all = full != nullptr && std::strcmp(full, "1") == 0;
    set_up_oracle();
    step_through(all ? 1 : 23);
    print_oracle("stepping");
    sample(all ? 60000 : 3000);
    std::thread{sample, all ? 40000 : 2000}.join();
    print_oracle("stepping and timer signals");
    const OracleCounts& counts = oracle_counts();
    if (counts.different != 0 || counts.compared < (all ? 100000U : 5000U)) return 1;
    return counts.no_unwind_information + counts.stopped + counts.oracle_stopped + counts.too_deep >
                   counts.compared / 100
               ? 1
               : 0;
}
