#include "agent/counters/kernel_events.h"

#include <cerrno>
#include <linux/perf_event.h>

#include "agent/capture/syscalls.h"
#include "agent/discover/text.h"

namespace pyprof::counters {
namespace {

namespace sys = capture::sys;

constexpr KernelEvent kernel_events[] = {{"perf::CPU-CLOCK", PERF_COUNT_SW_CPU_CLOCK},
                                         {"perf::TASK-CLOCK", PERF_COUNT_SW_TASK_CLOCK},
                                         {"perf::PAGE-FAULTS", PERF_COUNT_SW_PAGE_FAULTS},
                                         {"perf::FAULTS", PERF_COUNT_SW_PAGE_FAULTS},
                                         {"perf::MINOR-FAULTS", PERF_COUNT_SW_PAGE_FAULTS_MIN},
                                         {"perf::MAJOR-FAULTS", PERF_COUNT_SW_PAGE_FAULTS_MAJ},
                                         {"perf::CONTEXT-SWITCHES", PERF_COUNT_SW_CONTEXT_SWITCHES},
                                         {"perf::CS", PERF_COUNT_SW_CONTEXT_SWITCHES},
                                         {"perf::CPU-MIGRATIONS", PERF_COUNT_SW_CPU_MIGRATIONS},
                                         {"perf::MIGRATIONS", PERF_COUNT_SW_CPU_MIGRATIONS},
                                         {"perf::ALIGNMENT-FAULTS", PERF_COUNT_SW_ALIGNMENT_FAULTS},
                                         {"perf::EMULATION-FAULTS", PERF_COUNT_SW_EMULATION_FAULTS}};

}  // namespace

int open_kernel_event(const KernelEvent& event) {
    perf_event_attr wanted{};
    wanted.type = PERF_TYPE_SOFTWARE;
    wanted.size = sizeof wanted;
    wanted.config = event.number;
    const auto open = [&] {
        return sys::call(SYS_perf_event_open, sys::word(&wanted), 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    };
    long result = open();
    if (result == -EACCES || result == -EPERM) {
        wanted.exclude_kernel = wanted.exclude_hv = 1;
        result = open();
    }
    return static_cast<int>(result);
}

bool read_kernel_event(int descriptor, std::uint64_t& value) {
    return sys::read(descriptor, &value, sizeof value) == static_cast<long>(sizeof value);
}

const KernelEvent* kernel_event(const char* name) {
    for (const KernelEvent& event : kernel_events)
        if (discover::equal(event.name, name)) return &event;
    return nullptr;
}

const char* try_kernel_event(const KernelEvent& event) {
    const int descriptor = open_kernel_event(event);
    if (descriptor >= 0) {
        sys::close(descriptor);
        return nullptr;
    }
    if (descriptor == -EACCES || descriptor == -EPERM)
        return "the kernel refuses; lower kernel.perf_event_paranoid to 2";
    return "this kernel does not count it";
}

}  // namespace pyprof::counters
