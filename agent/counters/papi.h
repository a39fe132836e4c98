#pragma once
// The few functions of PAPI (https://icl.utk.edu/papi, 5.5 or later) that counting needs, loaded when events are asked
// for. The library lives in a namespace of its own with a C library of its own: its locks and its heap are nobody
// else's, and a program that uses PAPI itself has another copy.
//
// All functions but `read` allocate and lock: never in a handler, one thread at a time where said.
#include <cstdint>

namespace pyprof::counters {

class Papi {
public:
    // Null, or why PAPI cannot be used. Once, before any thread counts.
    const char* load();

    // Whether events of this name can be counted here: null, or the reason in PAPI's words.
    const char* try_event(const char* name);

    // A set with these events that counts the calling thread from now on; negative: it could not be started. One
    // thread at a time.
    int start_thread(const char* const* names, std::uint32_t count);
    // Ends what start_thread began, in the same thread. One thread at a time.
    void stop_thread(int set);
    // In a forked child, whose thread the library takes for the parent's: forgets it without touching its events.
    void forget_thread();

    // Totals since the start. Async-signal-safe: one system call for each group of events; no lock in PAPI 5.5 to 7
    // for a registered thread.
    bool read(int set, long long* values) const { return read_(set, values) == 0; }

private:
    bool resolve(void* library);

    int (*get_option_)(int, void*) = nullptr;
    int (*library_init_)(int) = nullptr;
    int (*thread_init_)(unsigned long (*)()) = nullptr;
    int (*register_thread_)() = nullptr;
    int (*unregister_thread_)() = nullptr;
    int (*create_set_)(int*) = nullptr;
    int (*add_event_)(int, const char*) = nullptr;
    int (*start_)(int) = nullptr;
    int (*read_)(int, long long*) = nullptr;
    int (*stop_)(int, long long*) = nullptr;
    int (*clean_set_)(int) = nullptr;
    int (*destroy_set_)(int*) = nullptr;
    char* (*error_text_)(int) = nullptr;
};

}  // namespace pyprof::counters
