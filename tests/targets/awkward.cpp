// A native program that does what profilers trip over, one way per mode; each uses CPU time in `work` and prints what
// it saw. The way in which a process ends, and other programs that it starts, are modes too.
#include <alloca.h>
#include <csetjmp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <pthread.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

extern char** environ;

namespace {

double cpu(clockid_t clock) {
    timespec t;
    clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

volatile double sink;
const char* self;

[[gnu::noinline]] void work(double seconds) {
    const double end = cpu(CLOCK_THREAD_CPUTIME_ID) + seconds;
    while (cpu(CLOCK_THREAD_CPUTIME_ID) < end)
        for (int i = 0; i < 20000; ++i) sink = sink + 1.0 / (1.0 + i);
}

[[gnu::noinline]] void throw_from(int depth) {
    if (depth == 0) throw std::runtime_error{"thrown"};
    throw_from(depth - 1);
    sink = sink + 1;
}

// Prints the cost of a throw and catch on stderr if `words` ask for it.
int exceptions(bool print_cost) {
    const double begin = cpu(CLOCK_THREAD_CPUTIME_ID);
    long caught = 0, rounds = 0;
    while (cpu(CLOCK_THREAD_CPUTIME_ID) < begin + 2.1)
        for (int i = 0; i < 1000; ++i, ++rounds) try {
                throw_from(8);
            } catch (const std::runtime_error&) {
                ++caught;
            }
    if (print_cost) std::fprintf(stderr, "%.0f\n", (cpu(CLOCK_THREAD_CPUTIME_ID) - begin) / rounds * 1e9);
    std::printf("caught all: %d\n", caught == rounds);
    return 0;
}

// Handlers on an alternate stack: one that works there, one that leaves a real fault by a jump.
sigjmp_buf after_fault;
void on_usr1(int) { work(0.1); }
void on_fault(int) { siglongjmp(after_fault, 1); }

int alternate_stack() {
    stack_t stack = {};
    stack.ss_size = 1 << 16;
    stack.ss_sp = std::malloc(stack.ss_size);
    sigaltstack(&stack, nullptr);
    struct sigaction action = {};
    action.sa_flags = SA_ONSTACK;
    action.sa_handler = on_usr1;
    sigaction(SIGUSR1, &action, nullptr);
    action.sa_handler = on_fault;
    sigaction(SIGSEGV, &action, nullptr);
    volatile int faults = 0;
    static volatile std::uintptr_t nowhere = 8;
    for (int i = 0; i < 11; ++i) {
        raise(SIGUSR1);
        if (sigsetjmp(after_fault, 1) == 0)
            *reinterpret_cast<volatile int*>(nowhere) = 1;
        else
            faults = faults + 1;
        work(0.1);
    }
    stack_t seen;
    sigaltstack(nullptr, &seen);
    std::printf("faults %d, stack kept %d\n", faults, seen.ss_sp == stack.ss_sp && seen.ss_size == stack.ss_size);
    return 0;
}

[[gnu::noinline]] void descend(int depth) {
    if (depth == 0)
        work(2.1);
    else
        descend(depth - 1);
    sink = sink + depth;
}

int deep_recursion() {
    descend(50'000);
    std::puts("came back");
    return 0;
}

[[gnu::noinline]] void* with_large_frame(void*) {
    constexpr std::size_t bytes = 200 << 20;
    auto* frame = static_cast<volatile char*>(alloca(bytes));
    frame[0] = 1;
    frame[bytes - 1] = 1;
    work(2.1);
    return nullptr;
}

int on_thread(void* (*run)(void*), std::size_t stack_bytes) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    pthread_t thread;
    const int made = pthread_create(&thread, &attributes, run, nullptr);
    if (made == 0) pthread_join(thread, nullptr);
    std::printf("thread %d\n", made);
    return made;
}

void* short_work(void*) {
    work(0.02);
    return nullptr;
}

int small_stacks() {
    for (int i = 0; i < 20; ++i) on_thread(short_work, 16384);
    work(2.1);
    return 0;
}

// Cancelled while they work, at once or where they look, and some by pthread_exit.
void* until_cancelled(void* how) {
    int old;
    pthread_setcanceltype(how != nullptr ? PTHREAD_CANCEL_ASYNCHRONOUS : PTHREAD_CANCEL_DEFERRED, &old);
    for (;;) {
        work(0.001);
        pthread_testcancel();
    }
}

int cancelled_threads() {
    int cancelled = 0;
    for (int i = 0; i < 100; ++i) {
        pthread_t thread;
        pthread_create(&thread, nullptr, until_cancelled, i % 2 == 0 ? nullptr : &cancelled);
        work(0.02);
        pthread_cancel(thread);
        void* result;
        pthread_join(thread, &result);
        cancelled += result == PTHREAD_CANCELED ? 1 : 0;
    }
    std::printf("cancelled %d\n", cancelled);
    return 0;
}

ucontext_t main_context, fibre_context;
void fibre() {
    for (;;) {
        work(0.02);
        swapcontext(&fibre_context, &main_context);
    }
}

int fibres() {
    getcontext(&fibre_context);
    fibre_context.uc_stack.ss_size = 1 << 18;
    fibre_context.uc_stack.ss_sp = mmap(nullptr, 1 << 18, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    makecontext(&fibre_context, fibre, 0);
    for (int i = 0; i < 60; ++i) {
        work(0.02);
        swapcontext(&main_context, &fibre_context);
    }
    std::puts("fibres");
    return 0;
}

int spawn() {
    int ended = 0;
    for (int i = 0; i < 30; ++i) {
        pid_t child;
        char name[] = "true";
        char* const words[] = {name, nullptr};
        if (posix_spawnp(&child, name, nullptr, nullptr, words, environ) != 0) return 1;
        int status = -1;
        waitpid(child, &status, 0);
        ended += status == 0 ? 1 : 0;
        work(0.07);
    }
    std::printf("spawned %d\n", ended);
    return 0;
}

int become_another() {
    work(1.1);
    execl(self, self, "work", nullptr);
    return 1;
}

int refused_threads() {
    const rlimit one = {1, 1};
    setrlimit(RLIMIT_NPROC, &one);  // means nothing to root
    setrlimit(RLIMIT_MEMLOCK, &one);
    const rlimit small = {65536, 65536};
    setrlimit(RLIMIT_STACK, &small);
    work(2.1);
    std::puts("limits");
    return 0;
}

int aborts() {
    work(2.1);
    std::puts("aborting");
    std::fflush(stdout);
    std::abort();
}

int only_work() {
    work(2.1);
    std::puts("worked");
    return 0;
}

struct Mode {
    const char* name;
    int (*run)();
};
constexpr Mode modes[] = {
    {"exceptions", [] { return exceptions(false); }},
    {"exception_cost", [] { return exceptions(true); }},
    {"alternate_stack", alternate_stack},
    {"deep_recursion", deep_recursion},
    {"huge_stack", [] { return on_thread(with_large_frame, 256 << 20); }},
    {"small_stacks", small_stacks},
    {"cancelled_threads", cancelled_threads},
    {"fibres", fibres},
    {"spawn", spawn},
    {"become_another", become_another},
    {"limits", refused_threads},
    {"abort", aborts},
    {"work", only_work},
};

}  // namespace

int main(int count, char** words) {
    self = words[0];
    for (const Mode& mode : modes)
        if (count > 1 && std::strcmp(words[1], mode.name) == 0) return mode.run();
    std::fprintf(stderr, "no such mode\n");
    return 2;
}
