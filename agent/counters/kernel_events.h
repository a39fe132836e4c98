#pragma once
// The events that the kernel counts itself, without the processor's help: "perf::TASK-CLOCK" and the like, by the names
// that PAPI gives them. They are opened here, since PAPI has none of them on a processor that it does not know.
// Source: perf_event_open(2).
#include <cstdint>

namespace pyprof::counters {

struct KernelEvent {
    const char* name;
    std::uint64_t number;  // perf_sw_ids
};

// nullptr if the kernel does not count it by itself.
const KernelEvent* kernel_event(const char* name);

// Opens it for the calling thread, closed when a program is executed. Where the kernel refuses (perf_event_paranoid
// above 1), what happens inside it does not count. Descriptor; negative: -errno. Not in groups: some kernels leave a
// clock that is not the first of its group as it was when the thread was last switched.
int open_kernel_event(const KernelEvent& event);

// The total since it was opened. Async-signal-safe: one system call.
bool read_kernel_event(int descriptor, std::uint64_t& value);

// Null, or why the calling thread cannot count it.
const char* try_kernel_event(const KernelEvent& event);

}  // namespace pyprof::counters
