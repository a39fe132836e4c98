// Threads of pthread_create: each begins and ends in our hands.
#include "agent/preload/threads.h"

#include <pthread.h>
#include <stdlib.h>

#include "agent/capture/handler.h"
#include "agent/hooks/exported.h"
#include "agent/hooks/real.h"
#include "agent/preload/agent.h"

namespace {

using namespace pyprof;

struct Start {
    void* (*routine)(void*);
    void* argument;
    preload::ThreadOrigin origin;
};

pthread_key_t end_key;
pthread_once_t end_key_once = PTHREAD_ONCE_INIT;

// Runs at every end of a thread: return, pthread_exit and cancellation. It comes back once, so that the destructors of
// the program's own keys run while the thread is still sampled.
void at_thread_end(void* round) {
    if (round == reinterpret_cast<void*>(1))
        pthread_setspecific(end_key, reinterpret_cast<void*>(2));
    else
        preload::end_thread();
}

void make_end_key() { PYPROF_REAL(pthread_key_create)(&end_key, at_thread_end); }

// Where the thread comes from: the line that called pthread_create, as a context of the creator.
preload::ThreadOrigin origin_of(void* (*routine)(void*)) {
    preload::ThreadOrigin origin{.start_routine = reinterpret_cast<std::uint64_t>(routine)};
    capture::ThreadState* creator = preload::this_thread();
    if (creator == nullptr) return origin;
    const capture::InsideAgent inside{*creator};
    if (!inside.entered()) return origin;
    origin.spawned_by = capture::current_context(*creator, capture::registers_here(), inside);
    origin.starter = creator->merged.has_python ? pthread_self() : creator->starter;
    return origin;
}

void* run_thread(void* start) {
    const Start begin = *static_cast<Start*>(start);
    free(start);
    pthread_setspecific(end_key, reinterpret_cast<void*>(1));
    preload::begin_thread(begin.origin);
    return begin.routine(begin.argument);
}

}  // namespace

extern "C" PYPROF_EXPORTED int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                              void* (*routine)(void*), void* argument) {
    preload::look_again();
    auto* start = preload::is_working() ? static_cast<Start*>(malloc(sizeof(Start))) : nullptr;
    if (start == nullptr) return PYPROF_REAL(pthread_create)(thread, attributes, routine, argument);
    pthread_once(&end_key_once, make_end_key);
    *start = {routine, argument, origin_of(routine)};
    const int result = PYPROF_REAL(pthread_create)(thread, attributes, run_thread, start);
    if (result != 0) free(start);
    return result;
}

// CPython makes its keys while it starts: the moment to find an interpreter that came with a library.
extern "C" PYPROF_EXPORTED int pthread_key_create(pthread_key_t* key, void (*destructor)(void*)) {
    preload::look_again();
    return PYPROF_REAL(pthread_key_create)(key, destructor);
}
