#include "agent/counters/kernel_events.h"

#include <cerrno>
#include <linux/perf_event.h>

#include "agent/capture/syscalls.h"
#include "agent/discover/text.h"
#include "wire/recording.h"

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

int open_event(const KernelEvent& event, int group) {
    perf_event_attr wanted{};
    wanted.type = PERF_TYPE_SOFTWARE;
    wanted.size = sizeof wanted;
    wanted.config = event.number;
    wanted.read_format = PERF_FORMAT_GROUP;
    const auto open = [&] {
        return sys::call(SYS_perf_event_open, sys::word(&wanted), 0, -1, group, PERF_FLAG_FD_CLOEXEC);
    };
    long result = open();
    if (result == -EACCES || result == -EPERM) {
        wanted.exclude_kernel = wanted.exclude_hv = 1;
        result = open();
    }
    return static_cast<int>(result);
}

}  // namespace

const KernelEvent* kernel_event(const char* name) {
    for (const KernelEvent& event : kernel_events)
        if (discover::equal(event.name, name)) return &event;
    return nullptr;
}

int open_group(const KernelEvent* const* events, std::uint32_t count) {
    int opened[wire::max_extra_metrics];
    for (std::uint32_t i = 0; i < count; ++i) {
        opened[i] = open_event(*events[i], i == 0 ? -1 : opened[0]);
        if (opened[i] >= 0) continue;
        for (std::uint32_t j = 0; j < i; ++j) sys::close(opened[j]);
        return opened[i];
    }
    return opened[0];
}

bool read_group(int group, std::uint64_t* values, std::uint32_t count) {
    std::uint64_t words[1 + wire::max_extra_metrics];  // how many, and each
    const long bytes = sys::read(group, words, sizeof words);
    if (bytes < 0 || static_cast<std::uint64_t>(bytes) != (1 + count) * sizeof words[0]) return false;
    for (std::uint32_t i = 0; i < count; ++i) values[i] = words[1 + i];
    return true;
}

const char* try_kernel_event(const KernelEvent& event) {
    const KernelEvent* const only[] = {&event};
    const int group = open_group(only, 1);
    if (group >= 0) {
        sys::close(group);
        return nullptr;
    }
    if (group == -EACCES || group == -EPERM) return "the kernel refuses; lower kernel.perf_event_paranoid to 2";
    return "this kernel does not count it";
}

}  // namespace pyprof::counters
