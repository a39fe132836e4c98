#include "agent/counters/descriptors.h"

#include <linux/perf_event.h>
#include <sys/ioctl.h>

#include "agent/capture/proc_files.h"
#include "agent/capture/syscalls.h"
#include "agent/discover/text.h"

namespace pyprof::counters {
namespace {

namespace sys = capture::sys;

bool is_event(const char* number) {
    char path[64], target[64] = {};
    discover::TextBuilder{path, sizeof path}.add("/proc/self/fd/").add(number);
    const long length = sys::call(SYS_readlink, sys::word(path), sys::word(target), sizeof target - 1);
    return length > 0 && discover::starts_with(target, "anon_inode:[perf_event]");
}

template <class Action>
void for_each_event(Action action) {
    capture::for_each_entry("/proc/self/fd", [&](const char* name) {
        if (is_event(name)) action(static_cast<int>(discover::number_or(name, 0)));
    });
}

bool has_id(int descriptor, std::uint64_t& id) {
    return sys::call(SYS_ioctl, descriptor, static_cast<long>(PERF_EVENT_IOC_ID), sys::word(&id)) == 0;
}

bool is_same(int descriptor, std::uint64_t expected) {
    std::uint64_t id = 0;
    return has_id(descriptor, id) && id == expected;
}

}  // namespace

OpenEvents::OpenEvents() {
    for_each_event([&](int descriptor) {
        if (descriptor < most) open_[descriptor / 64] |= 1ULL << descriptor % 64;
    });
}

bool OpenEvents::add_new_to(capture::CounterSet& set) const {
    bool good = true;
    for_each_event([&](int descriptor) {
        if (descriptor < most && (open_[descriptor / 64] >> descriptor % 64 & 1) != 0) return;
        std::uint64_t id = 0;
        good = good && set.descriptor_count < capture::CounterSet::max_descriptors && has_id(descriptor, id);
        sys::call(SYS_fcntl, descriptor, F_SETFD, FD_CLOEXEC);
        if (!good) return;
        set.descriptor[set.descriptor_count] = descriptor;
        set.event_id[set.descriptor_count++] = id;
    });
    return good && set.descriptor_count != 0;
}

bool still_ours(const capture::CounterSet& set) {
    for (std::uint32_t i = 0; i < set.descriptor_count; ++i)
        if (!is_same(set.descriptor[i], set.event_id[i])) return false;
    return true;
}

void close_all(const capture::CounterSet& set) {
    for (std::uint32_t i = 0; i < set.descriptor_count; ++i)
        if (is_same(set.descriptor[i], set.event_id[i])) sys::close(set.descriptor[i]);
}

}  // namespace pyprof::counters
