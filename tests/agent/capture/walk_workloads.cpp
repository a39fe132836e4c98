#include "tests/agent/capture/walk_workloads.h"

#include <alloca.h>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <stdexcept>

extern "C" void pyprof_test_call_by_rbx(void (*)(void*), void*);

namespace pyprof::capture {
namespace {

volatile double sink;

int compare_numbers(const void* left, const void* right) {
    const int a = *static_cast<const int*>(left), b = *static_cast<const int*>(right);
    return (a > b) - (a < b);
}

void sort_with_callbacks() {
    int numbers[400];
    std::uint32_t random = 12345;
    for (int& number : numbers) number = static_cast<int>(random = random * 1664525 + 1013904223);
    std::qsort(numbers, 400, sizeof numbers[0], compare_numbers);
    sink = numbers[7];
}

void print_text() {
    char text[128];
    for (int i = 0; i < 40; ++i)
        sink = std::snprintf(text, sizeof text, "%d %s %.6f %#lx", i, "text", i * 0.37,
                             77UL * static_cast<unsigned long>(i));
}

void read_clocks() {
    timespec time;
    for (int i = 0; i < 200; ++i) {
        clock_gettime(CLOCK_MONOTONIC, &time);
        sink = static_cast<double>(time.tv_nsec);
    }
}

[[gnu::noinline]] double recurse(int depth, double value) {
    if (depth == 0) return std::sin(value);
    const double below = recurse(depth - 1, value + 1);
    return below + std::cos(below);
}

void recurse_deeply() { sink = recurse(200, 0.5); }
void recurse_a_little() { sink = recurse(30, 0.5); }

struct alignas(64) Wide {
    double values[16];
};

[[gnu::noinline]] double use_wide(Wide& wide, int count) {
    for (int i = 0; i < 16; ++i) wide.values[i] = std::sqrt(i + count);
    return wide.values[count & 15];
}

// An over-aligned local and a variable amount of stack make the compiler keep the old stack pointer in memory.
[[gnu::noinline]] double realigned(int count) {
    Wide wide;
    auto* extra = static_cast<volatile char*>(alloca(static_cast<std::size_t>(16 + count)));
    extra[count] = 1;
    return use_wide(wide, count) + extra[count] + (count == 0 ? 0 : realigned(count - 1));
}

void realign_stack() { sink = realigned(20); }

[[gnu::noinline]] double huge_frame(int depth) {
    volatile char block[70000];
    block[depth] = 1;
    block[69999] = 2;
    return depth == 0 ? block[69999] : huge_frame(depth - 1) + block[depth];
}

void use_huge_frames() { sink = huge_frame(4); }

[[gnu::noinline]] int throw_from(int depth) {
    if (depth == 0) throw std::runtime_error{"thrown on purpose"};
    return throw_from(depth - 1) + 1;
}

void throw_and_catch() {
    try {
        sink = throw_from(6);
    } catch (const std::runtime_error& error) {
        sink = static_cast<double>(std::strlen(error.what()));
    }
}

void call_by_rbx() {
    for (int i = 0; i < 5; ++i) pyprof_test_call_by_rbx([](void*) { recurse_a_little(); }, nullptr);
}

void handle_signal(int) { sort_with_callbacks(); }

void raise_signal(int flags) {
    struct sigaction action = {}, old;
    action.sa_handler = handle_signal;
    action.sa_flags = flags;
    sigaction(SIGUSR2, &action, &old);
    std::raise(SIGUSR2);
    sigaction(SIGUSR2, &old, nullptr);
}

void run_in_handler() { raise_signal(0); }

// The alternate stack lies below the thread's own, in the same block of memory, as its sp must.
void run_on_alternate_stack() {
    static char memory[65536];
    const stack_t stack = {.ss_sp = memory, .ss_flags = 0, .ss_size = sizeof memory};
    sigaltstack(&stack, nullptr);
    raise_signal(SA_ONSTACK);
    const stack_t none = {.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
    sigaltstack(&none, nullptr);
}

// Functions used nowhere else, so that the first call binds them.
void bind_lazily() {
    char text[64];
    sink = std::strtod("3.25", nullptr) + std::atan2(0.5, 2.0) + std::cbrt(3.0) + std::tgamma(3.3);
    std::strncpy(text, "text", sizeof text);
    sink = static_cast<double>(std::strcspn(text, "x") + std::strspn(text, "te"));
    std::lldiv(7, 2);
    sink = std::erf(0.3) + std::remainder(5.5, 2.0) + std::strtol("77", nullptr, 8);
}

}  // namespace

std::vector<Workload> walk_workloads() {
    return {{"first calls through the linkage table", bind_lazily},
            {"sort with callbacks", sort_with_callbacks},
            {"print", print_text},
            {"clocks", read_clocks},
            {"deep recursion", recurse_deeply},
            {"realigned stack", realign_stack},
            {"huge frames", use_huge_frames},
            {"exceptions", throw_and_catch},
            {"frame address in rbx", call_by_rbx},
            {"signal handler", run_in_handler},
            {"alternate stack", run_on_alternate_stack}};
}

}  // namespace pyprof::capture
