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

// Opens these events for the calling thread, as one group, closed when a program is executed. Where the kernel refuses
// (perf_event_paranoid above 1), what happens inside it does not count. Descriptor of the group; negative: -errno.
int open_group(const KernelEvent* const* events, std::uint32_t count);

// Totals since they were opened. Async-signal-safe: one system call.
bool read_group(int group, std::uint64_t* values, std::uint32_t count);

// Null, or why the calling thread cannot count it.
const char* try_kernel_event(const KernelEvent& event);

}  // namespace pyprof::counters
