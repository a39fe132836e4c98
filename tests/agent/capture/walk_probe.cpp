// walk_oracle for a running Python: loaded with ctypes by tests/end_to_end/test_walk_oracle.py.
#include "tests/agent/capture/walk_oracle.h"

using namespace pyprof::capture;

extern "C" {

void walk_probe_set_up() { set_up_oracle(); }

// Samples the calling thread.
void walk_probe_start(unsigned hertz) {
    register_oracle_thread();
    start_sampling(hertz);
}

void walk_probe_stop() { stop_sampling(); }

// `into` has room for the members of OracleCounts, in their order.
void walk_probe_counts(std::uint64_t* into) { __builtin_memcpy(into, &oracle_counts(), sizeof(OracleCounts)); }

void walk_probe_print(const char* title) { print_oracle(title); }
}
