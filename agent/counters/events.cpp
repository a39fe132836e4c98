#include "agent/counters/events.h"

#include <atomic>
#include <pthread.h>

#include "agent/capture/process_state.h"
#include "agent/capture/syscalls.h"
#include "agent/counters/descriptors.h"
#include "agent/counters/kernel_events.h"
#include "agent/counters/papi.h"
#include "agent/discover/text.h"

namespace pyprof::counters {
namespace {

using capture::CounterSet;
using discover::TextBuilder;
namespace sys = capture::sys;

constexpr std::uint32_t most_events = wire::max_extra_metrics - 1;  // one is for the time off the CPU
constexpr std::uint32_t name_bytes = sizeof wire::MetricInfo::name;
constexpr std::uint32_t free_starts = 64;
constexpr std::uint64_t start_cost_ns = 200'000;  // of one thread's counters: PAPI creates, adds and starts
constexpr std::uint64_t cost_share = 200;         // one part in so many of the run may go into starts

struct UsageEvent {
    const char* name;
    long rusage::*field;
};
constexpr UsageEvent usage_events[] = {{"rusage::nvcsw", &rusage::ru_nvcsw},
                                       {"rusage::nivcsw", &rusage::ru_nivcsw},
                                       {"rusage::minflt", &rusage::ru_minflt},
                                       {"rusage::majflt", &rusage::ru_majflt}};

Papi papi;

// PAPI's events come first, in the order of its values, then the kernel's.
struct Wanted {
    char names[most_events][name_bytes];
    const char* papi_names[most_events];
    std::uint32_t papi_count = 0;
    const KernelEvent* kernel[most_events] = {};
    std::uint32_t kernel_count = 0;
    const UsageEvent* usage[most_events] = {};
    std::uint32_t usage_count = 0;

    std::uint32_t count() const { return papi_count + kernel_count + usage_count; }
    bool needs_descriptors() const { return papi_count + kernel_count != 0; }
    const char* name(std::uint32_t at) const {
        if (at < papi_count) return papi_names[at];
        if (at < papi_count + kernel_count) return kernel[at - papi_count]->name;
        return usage[at - papi_count - kernel_count]->name;
    }
} wanted;

std::atomic_flag starting = ATOMIC_FLAG_INIT;  // PAPI starts one thread at a time
std::atomic<std::uint32_t> started{0};

void lock_starts() {
    while (starting.test_and_set(std::memory_order_acquire)) sys::call(SYS_sched_yield);
}
void unlock_starts() { starting.clear(std::memory_order_release); }

class StartLock {
public:
    StartLock() { lock_starts(); }
    ~StartLock() { unlock_starts(); }
    StartLock(const StartLock&) = delete;
    StartLock& operator=(const StartLock&) = delete;
};

// read(2) is a cancellation point; a thread must not be cancelled while it takes a sample.
class NotNow {
public:
    NotNow() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
    ~NotNow() { pthread_setcancelstate(before_, nullptr); }
    NotNow(const NotNow&) = delete;
    NotNow& operator=(const NotNow&) = delete;

private:
    int before_ = PTHREAD_CANCEL_ENABLE;
};

bool read_papi(const CounterSet& set, std::uint64_t* values) {
    long long counted[most_events] = {};
    if (!papi.read(set.events, counted)) return false;
    for (std::uint32_t i = 0; i < wanted.papi_count; ++i)
        values[i] = counted[i] < 0 ? 0 : static_cast<std::uint64_t>(counted[i]);
    return true;
}

void read_usage(std::uint64_t* values) {
    rusage usage{};
    sys::call(SYS_getrusage, RUSAGE_THREAD, sys::word(&usage));
    for (std::uint32_t i = 0; i < wanted.usage_count; ++i)
        values[i] = static_cast<std::uint64_t>(usage.*wanted.usage[i]->field);
}

bool read_values(const CounterSet& set, std::uint64_t* values) {
    const NotNow cancel;
    std::uint64_t* const of_kernel = values + wanted.papi_count;
    if (wanted.needs_descriptors() && !still_ours(set)) return false;
    if (wanted.papi_count != 0 && !read_papi(set, values)) return false;
    for (std::uint32_t i = 0; i < wanted.kernel_count; ++i)
        if (!read_kernel_event(set.kernel_event[i], of_kernel[i])) return false;
    if (wanted.usage_count != 0) read_usage(of_kernel + wanted.kernel_count);
    return true;
}

const UsageEvent* usage_event(const char* name) {
    for (const UsageEvent& event : usage_events)
        if (discover::equal(event.name, name)) return &event;
    return nullptr;
}

// The next name of a list, without the comma; false at its end.
bool next_name(const char*& list, char (&name)[name_bytes]) {
    while (*list == ',') ++list;
    std::uint32_t length = 0;
    for (; *list != '\0' && *list != ','; ++list)
        if (length + 1 < name_bytes) name[length++] = *list;
    name[length] = '\0';
    return length != 0;
}

bool ends_with(const char* text, const char* end) {
    const char* at = text;
    while (*at != '\0') ++at;
    const char* last = end;
    while (*last != '\0') ++last;
    while (last != end && at != text)
        if (*--at != *--last) return false;
    return last == end;
}

class Finder {
public:
    explicit Finder(TextBuilder& message) : message_{message} {}

    void look_for(const char* name) {
        const char* problem = add(name);
        if (problem == nullptr) return;
        message_.add(any_ ? "; " : "").add(name).add(": ").add(problem);
        any_ = true;
    }

private:
    const char* add(const char* name) {
        if (wanted.count() == most_events) return "too many events, seven at most";
        if (discover::starts_with(name, "rusage::")) return add_usage(name);
        if (const KernelEvent* event = kernel_event(name)) return add_kernel(*event);
        if (!looked_for_papi_) missing_ = papi.load();
        looked_for_papi_ = true;
        if (missing_ != nullptr) return missing_;
        if (const char* problem = papi.try_event(name)) return problem;
        TextBuilder{wanted.names[wanted.papi_count], name_bytes}.add(name);
        wanted.papi_names[wanted.papi_count] = wanted.names[wanted.papi_count];
        ++wanted.papi_count;
        return nullptr;
    }

    static const char* add_usage(const char* name) {
        const UsageEvent* event = usage_event(name);
        if (event == nullptr) return "there are rusage::nvcsw, nivcsw, minflt and majflt";
        wanted.usage[wanted.usage_count++] = event;
        return nullptr;
    }

    static const char* add_kernel(const KernelEvent& event) {
        if (const char* problem = try_kernel_event(event)) return problem;
        wanted.kernel[wanted.kernel_count++] = &event;
        return nullptr;
    }

    TextBuilder& message_;
    bool any_ = false;
    bool looked_for_papi_ = false;
    const char* missing_ = nullptr;  // why there is no PAPI
};

bool may_start() {
    const std::uint32_t number = started.fetch_add(1) + 1;
    const std::uint64_t run_ns = sys::monotonic_now() - capture::process.started_ns;
    if (number <= free_starts || number * start_cost_ns <= run_ns / cost_share) return true;
    started.fetch_sub(1);
    return false;
}

// Whether every event that was wanted is open, and `set` knows its descriptors.
bool open_events(CounterSet& set) {
    const OpenEvents before;
    if (wanted.papi_count != 0) {
        set.events = papi.start_thread(wanted.papi_names, wanted.papi_count);
        if (set.events < 0) return false;
    } else {
        set.events = 0;
    }
    bool all_open = true;
    for (std::uint32_t i = 0; i < wanted.kernel_count; ++i) {
        set.kernel_event[i] = open_kernel_event(*wanted.kernel[i]);
        all_open = all_open && set.kernel_event[i] >= 0;
    }
    return before.add_new_to(set) && all_open;
}

void close_events(CounterSet& set) {
    if (wanted.papi_count != 0 && set.events >= 0) papi.stop_thread(set.events);
    close_all(set);  // those that are not PAPI's
    set.events = -1;
}

void start(CounterSet& set) {
    CounterSet fresh;
    fresh.events = 0;
    if (wanted.needs_descriptors()) {
        const StartLock lock;
        if (!open_events(fresh)) close_events(fresh);
    }
    set = fresh;
}

}  // namespace

std::uint32_t set_up(const char* list, wire::MetricInfo* metrics, char* message, std::uint32_t message_bytes) {
    TextBuilder text{message, message_bytes};
    Finder finder{text};
    char name[name_bytes];
    while (next_name(list, name)) finder.look_for(name);
    const std::uint32_t count = wanted.count();
    for (std::uint32_t i = 0; i < count; ++i) {
        TextBuilder{metrics[i].name, name_bytes}.add(wanted.name(i));
        metrics[i].unit = ends_with(wanted.name(i), "-CLOCK") ? wire::MetricUnit::nanoseconds : wire::MetricUnit::count;
    }
    capture::counters = {count, read_values};
    if (wanted.needs_descriptors()) pthread_atfork(lock_starts, unlock_starts, unlock_starts);
    return count;
}

void start_thread(CounterSet& set) {
    set.events = -1;
    if (capture::counters.count == 0) return;
    if (may_start()) start(set);
    if (set.events < 0) capture::count_loss(wire::Loss::counters_lost);
}

void stop_thread(CounterSet& set) {
    if (set.events < 0) return;
    if (wanted.needs_descriptors() && still_ours(set)) {
        const StartLock lock;
        close_events(set);
    }
    set.events = -1;
}

void restart_after_fork(CounterSet& set) {
    if (set.events < 0) return;
    started.store(0);
    close_all(set);
    if (wanted.papi_count != 0) papi.forget_thread();
    start_thread(set);
}

void abandon_after_fork(CounterSet& set) {
    if (set.events >= 0) close_all(set);
    set.events = -1;
}

}  // namespace pyprof::counters
