// What one native walk costs inside a signal handler, by depth and by what is remembered. Prints; asserts nothing.
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <pthread.h>
#include <ucontext.h>

#include "agent/capture/native_code.h"
#include "agent/capture/native_walk.h"

using namespace pyprof::capture;

namespace {

enum class Remembered { last_walk, rows, nothing };

RecordingWriter writer;
StackBounds bounds;
WalkMemo memo;
NativeStack stack;

constexpr std::size_t repeats = 2001;

double now() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double median_cost(const Registers& registers, Remembered remembered) {
    constexpr int batch = 8;  // one clock reading costs as much as a short walk
    static std::array<double, repeats> costs;
    walk_native(registers, bounds, memo, stack);
    for (double& cost : costs) {
        const double start = now();
        for (int i = 0; i < batch; ++i) {
            if (remembered != Remembered::last_walk) memo.count = 0;
            if (remembered == Remembered::nothing) native_code.modules.objects_changed();
            walk_native(registers, bounds, memo, stack);
        }
        cost = (now() - start) / batch;
    }
    std::nth_element(costs.begin(), costs.begin() + repeats / 2, costs.end());
    return costs[repeats / 2];
}

void on_signal(int, siginfo_t*, void* context) {
    const Registers registers = Registers::from(*static_cast<const ucontext_t*>(context));
    const double memo_cost = median_cost(registers, Remembered::last_walk);
    const double row_cost = median_cost(registers, Remembered::rows);
    const double cold_cost = median_cost(registers, Remembered::nothing);
    std::printf("%4u frames: %6.0f ns with the last walk, %6.0f ns with cached rows, %7.0f ns decoding each\n",
                stack.count, memo_cost, row_cost, cold_cost);
}

[[gnu::noinline]] int recurse(int depth) {
    const int below = depth == 0 ? pthread_kill(pthread_self(), SIGUSR1) : recurse(depth - 1);
    asm volatile("" ::: "memory");
    return below + 1;
}

}  // namespace

int main() {
    native_code.set_up(writer, "/proc/self/exe");
    pthread_attr_t attributes;
    void* low = nullptr;
    std::size_t bytes = 0;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstack(&attributes, &low, &bytes);
    bounds = {reinterpret_cast<std::uint64_t>(low), reinterpret_cast<std::uint64_t>(low) + bytes};
    struct sigaction action = {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGUSR1, &action, nullptr);
    for (const int depth : {2, 22, 72, 172}) recurse(depth);
}
