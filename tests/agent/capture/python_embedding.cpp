// A host that loads CPython as a plug-in: libpython by dlopen with RTLD_LOCAL, so that its symbols are in nobody's
// scope and its thread-local storage is allocated at a thread's first use. Walks in signal handlers before, while and
// after the interpreter runs, and on a thread that never ran Python, and counts heap allocations meanwhile. Usage:
// python_embedding LIBPYTHON. Prints one word a line; exits with 1 where something is not as it must be.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "agent/capture/code_table.h"
#include "agent/capture/python_walk.h"
#include "agent/discover/runtime.h"

using namespace pyprof;
using namespace pyprof::capture;

namespace {

cpython::PythonRuntime python;
CodeTable codes;
RecordingWriter writer;
NativeStack native;  // nothing is known of it
PythonMemo memo;
PythonStack stack;
std::atomic<bool> in_handler{false};
std::atomic<int> allocations{0}, with_frames{0}, unreadable{0};

void on_signal(int) {
    in_handler = true;
    walk_python(python, {native, StackBounds{}, memo}, codes, writer, stack);
    if (stack.count != 0) ++with_frames;
    if (stack.result == PythonWalk::unreadable) ++unreadable;
    in_handler = false;
}

void* walk_here(void*) {
    pthread_kill(pthread_self(), SIGUSR1);
    return nullptr;
}

PythonWalk result_on_foreign_thread() {
    pthread_t thread;
    if (pthread_create(&thread, nullptr, walk_here, nullptr) != 0) std::abort();
    pthread_join(thread, nullptr);
    return stack.result;
}

PythonWalk result_here() {
    walk_here(nullptr);
    return stack.result;
}

void require(bool condition, const char* what) {
    std::printf("%s: %s\n", condition ? "good" : "WRONG", what);
    if (!condition) std::exit(1);
}

template <class Function>
Function* symbol(void* library, const char* name) {
    return reinterpret_cast<Function*>(dlsym(library, name));
}

void run_under_timer(int (*run)(const char*)) {
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGUSR1;
    timer_t timer;
    timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer);
    const itimerspec period{{0, 1'000'000}, {0, 1'000'000}};
    timer_settime(timer, 0, &period, nullptr);
    run("sorted(range(200000), key=lambda value: -value)\nsum(value * value for value in range(200000))\n");
    timer_delete(timer);
}

}  // namespace

extern "C" void* __libc_malloc(std::size_t);
extern "C" void* malloc(std::size_t bytes) {
    if (in_handler) ++allocations;
    return __libc_malloc(bytes);
}
extern "C" void* __libc_calloc(std::size_t, std::size_t);
extern "C" void* calloc(std::size_t count, std::size_t bytes) {
    if (in_handler) ++allocations;
    return __libc_calloc(count, bytes);
}

int main(int, char** arguments) {
    signal(SIGUSR1, on_signal);
    require(discover::find_python().state == cpython::RuntimeState::none, "no interpreter at first");
    void* const library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    require(library != nullptr, "the library loads");
    require(dlsym(RTLD_DEFAULT, "_PyRuntime") == nullptr, "its symbols are in nobody's scope");
    python = discover::find_python();
    require(python.state == cpython::RuntimeState::ready, "found before it is initialised");
    require(result_here() == PythonWalk::none, "nothing to walk before it is initialised");

    symbol<void(int)>(library, "Py_InitializeEx")(0);
    require(discover::find_python().state == cpython::RuntimeState::ready, "found after it is initialised");
    require(result_here() == PythonWalk::complete, "the main thread is walked");
    require(result_on_foreign_thread() == PythonWalk::none, "a thread that never ran Python has no frames");
    with_frames = 0;
    run_under_timer(symbol<int(const char*)>(library, "PyRun_SimpleString"));
    require(with_frames > 0, "frames are seen while Python runs");

    symbol<int()>(library, "Py_FinalizeEx")();
    require(result_here() == PythonWalk::none, "nothing to walk after the interpreter's end");
    require(unreadable == 0, "every walk was good");
    require(allocations == 0, "no walk allocated");
}
