// What one sample costs in the handler. Asserts nothing; docs/benchmarks tells how to run it.
//
//   native_walk/TIER/DEPTH   one walk, by what is remembered of earlier ones and by depth
//   empty_signal             raising a signal whose handler does nothing
//   sample, parts            below about 30 native and 10 Python frames of a real interpreter, by what runs
//                            between two samples: nothing, a sweep of 48 MiB that empties caches and TLB, 5 ms of
//                            NumPy; `at_timer` under a real CPU timer at 199 Hz below NumPy work
//
//   unw_backtrace, backtrace the same native frames by libunwind and by glibc, where these are installed: what others
//   pay
//
// `sample` calls the agent's own handler; `parts` repeats its steps with a clock reading between them. Times are
// medians of cycle counter readings, as in the `quality` of a report; Google Benchmark's own column is the mean.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <dlfcn.h>
#include <pthread.h>
#include <string>
#include <ucontext.h>
#include <vector>

#include "agent/capture/expect.h"
#include "agent/capture/figures.h"
#include "agent/capture/handler.h"
#include "agent/capture/native_code.h"
#include "agent/capture/process_state.h"
#include "agent/capture/python_state.h"
#include "agent/capture/stitch.h"
#include "agent/capture/syscalls.h"
#include "agent/discover/loaded_symbols.h"
#include "agent/discover/runtime.h"

using namespace pyprof;
using namespace pyprof::capture;

extern "C" {
void pyprof_test_call_bare(void (*f)(void*), void* argument);
void pyprof_test_call_by_rbx(void (*f)(void*), void* argument);
}

namespace {

RecordingWriter writer;
ThreadState thread;
cpython::PythonRuntime python;
double ticks_per_ns = 1;

double now_ns() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

void calibrate() {
    const double start = now_ns();
    const std::uint64_t from = ticks();
    while (now_ns() - start < 50e6) {
    }
    ticks_per_ns = static_cast<double>(ticks() - from) / (now_ns() - start);
}

// Readings of the cycle counter, as nanoseconds. They are added in a signal handler, which may not allocate: those
// beyond the room that there is from the start are left out.
class Readings {
public:
    Readings() { values_.reserve(1 << 17); }
    void add(std::uint64_t from, std::uint64_t to) {
        if (values_.size() < values_.capacity()) values_.push_back(static_cast<double>(to - from) / ticks_per_ns);
    }
    void clear() { values_.clear(); }
    double quantile(double share) {
        if (values_.empty()) return 0;
        const auto at = values_.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values_.size() - 1));
        std::nth_element(values_.begin(), at, values_.end());
        return *at;
    }
    std::size_t count() const { return values_.size(); }
    double last() const { return values_.empty() ? 0 : values_.back(); }

private:
    std::vector<double> values_;
};

// What the handler does in the running benchmark. It runs in a real signal, so kernel and signal frame are as always.
void (*in_handler)(siginfo_t* info, void* context) = nullptr;

void on_signal(int, siginfo_t* info, void* context) { in_handler(info, context); }

void raise_signal() { pthread_kill(pthread_self(), SIGUSR1); }

// --- native walks -------------------------------------------------------------------------------------------------

enum class Remembered { last_walk, rows, nothing };
constexpr const char* names_of_remembered[] = {"last_walk", "cached_rows", "decoding_each"};

benchmark::State* walk_state = nullptr;
Remembered walk_remembered = Remembered::last_walk;

void measure_walk(siginfo_t*, void* context) {
    const Registers registers = Registers::from(*static_cast<const ucontext_t*>(context));
    walk_native(registers, thread.stack, thread.memo, thread.native);
    for ([[maybe_unused]] auto each : *walk_state) {
        if (walk_remembered != Remembered::last_walk) thread.memo.count = 0;
        if (walk_remembered == Remembered::nothing) native_code.modules.objects_changed();
        walk_native(registers, thread.stack, thread.memo, thread.native);
    }
    walk_state->counters["frames"] = thread.native.count;
    walk_state->counters["guessed"] = thread.native.guessed;
}

[[gnu::noinline]] int recurse(std::int64_t depth) {
    if (depth == 0) raise_signal();
    const int below = depth == 0 ? 0 : recurse(depth - 1);
    asm volatile("" ::: "memory");
    return below + 1;
}

void walk_at_depth(benchmark::State& state, Remembered remembered) {
    walk_state = &state;
    walk_remembered = remembered;
    in_handler = measure_walk;
    recurse(state.range(0));
}

void raise_empty(benchmark::State& state) {
    in_handler = [](siginfo_t*, void*) {};
    for ([[maybe_unused]] auto each : state) raise_signal();
}

// One frame of the kind among twenty ordinary ones.
void walk_through(benchmark::State& state, void (*call)(void (*)(void*), void*)) {
    walk_state = &state;
    walk_remembered = Remembered::last_walk;
    in_handler = measure_walk;
    call([](void*) { recurse(20); }, nullptr);
}

// --- whole samples in an interpreter ------------------------------------------------------------------------------

enum class Between { nothing, sweep, numpy, timer };
constexpr const char* names_of_between[] = {"back_to_back", "after_sweep", "after_numpy", "at_timer"};

int (*run_python)(const char*, void*) = nullptr;
benchmark::State* sample_state = nullptr;
Between sample_between = Between::nothing;

void sweep() {
    constexpr std::size_t bytes = 48u << 20;
    static std::vector<char> buffer(bytes, 1);
    for (std::size_t at = 0; at < bytes; at += 64) benchmark::DoNotOptimize(++buffer[at]);
}

void disturb(Between between) {
    if (between == Between::sweep) sweep();
    if (between == Between::numpy) run_python("work()", nullptr);
}

Readings readings[6];
constexpr const char* part_names[] = {"native_ns", "python_ns", "stitch_ns", "tree_ns", "figures_ns", "total_ns"};

void take_parts(siginfo_t*, void* context) {
    std::uint64_t at[6];
    at[0] = ticks();
    if (at[0] - thread.sampled_until > cold_after_ticks) expect_sample(thread);
    walk_native(Registers::from(*static_cast<const ucontext_t*>(context)), thread.stack, thread.memo, thread.native);
    at[1] = ticks();
    walk_python_here({thread.native, thread.stack, thread.python_memo}, thread.python);
    at[2] = ticks();
    stitch(thread.native, thread.python, thread.merged);
    at[3] = ticks();
    const std::uint32_t node = thread.tree.descend(thread.merged).node;
    thread.tree.charge(node, 1, 1);
    thread.last_sample = {node, thread.native.count, thread.python.count, thread.merged.count};
    at[4] = ticks();
    const std::uint64_t now = time_of_sample();
    count_slice(now, wire::SliceCategory::python, 1);
    update_figures_if_due(now);
    count_handler(at[4] - at[0]);
    at[5] = ticks();
    for (int i = 0; i < 5; ++i) readings[i].add(at[i], at[i + 1]);
    readings[5].add(at[0], at[5]);
    thread.sampled_until = at[5];
}

void take_sample(siginfo_t* info, void* context) {
    info->si_code = SI_TIMER;
    info->si_overrun = 0;
    info->si_value.sival_ptr = &thread;
    const std::uint64_t begin = ticks();
    on_sample(SIGUSR1, info, context);
    readings[5].add(begin, ticks());
}

// What walks native frames elsewhere. The first call loads and allocates; it is made outside handlers.
using Backtrace = int (*)(void** addresses, int size);
Backtrace other_walk = nullptr;

void take_backtrace(siginfo_t*, void*) {
    void* addresses[512];
    const std::uint64_t begin = ticks();
    thread.native.count = static_cast<std::uint32_t>(other_walk(addresses, 512));
    readings[5].add(begin, ticks());
    thread.python.count = 0;
}

timer_t start_timer() {
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = SIGUSR1;
    event._sigev_un._tid = sys::get_tid();
    timer_t timer;
    timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer);
    const itimerspec period{{0, 5'025'125}, {0, 5'025'125}};
    timer_settime(timer, 0, &period, nullptr);
    return timer;
}

// Signals of a CPU timer at 199 Hz into NumPy work, as in a real run. After the kernel's own interrupt, which on a
// virtual machine leaves it, more is cold than after work alone. Called between two pieces of work: whether to go on.
int works_on() {
    static bool is_running = false;
    static timer_t timer;
    static std::size_t seen = 0;
    if (!is_running) {
        for (Readings& each : readings) each.clear();
        timer = start_timer();
        is_running = true;
    } else if (readings[5].count() == seen) {
        return 1;
    } else {
        sample_state->SetIterationTime(readings[5].last() * 1e-9);
    }
    seen = readings[5].count();
    if (sample_state->KeepRunning()) return 1;
    timer_delete(timer);
    is_running = false;
    return 0;
}

// Called by the innermost Python function.
void measure_samples() {
    for (int i = 0; i < 20; ++i) raise_signal();
    for (Readings& each : readings) each.clear();
    for ([[maybe_unused]] auto each : *sample_state) {
        disturb(sample_between);
        raise_signal();
        sample_state->SetIterationTime(readings[5].last() * 1e-9);
    }
}

void sample(benchmark::State& state, Between between, void (*take)(siginfo_t*, void*), Backtrace other) {
    sample_state = &state;
    sample_between = between;
    in_handler = take;
    other_walk = other;
    run_python(between == Between::timer ? "outermost(work_at_timer)" : "outermost(measure)", nullptr);
    if (take == take_parts)
        for (int i = 0; i < 5; ++i) state.counters[part_names[i]] = readings[i].quantile(0.5);
    state.counters["median_ns"] = readings[5].quantile(0.5);
    state.counters["p99_ns"] = readings[5].quantile(0.99);
    state.counters["native"] = thread.native.count;
    state.counters["python"] = thread.python.count;
}

// Python and native frames by turns: a function called by map calls map.
constexpr const char* program = R"(
import ctypes, numpy
measure = ctypes.PYFUNCTYPE(None)(%llu)
works_on = ctypes.PYFUNCTYPE(ctypes.c_int)(%llu)
matrix = numpy.random.default_rng(1).random((200, 200))
vector = numpy.random.default_rng(2).random(1_000_000)
def work():
    matrix @ matrix
    numpy.sqrt(vector).sum()
    numpy.linalg.solve(matrix, matrix[0])
    sorted(str(each) for each in range(2000))
def work_at_timer():
    while works_on():
        work()
def python_only(depth, innermost):
    return innermost() if depth == 0 else python_only(depth - 1, innermost)
def middle(depth, innermost):
    return python_only(4, innermost) if depth == 0 else list(map(lambda below: middle(below, innermost), [depth - 1]))
def outermost(innermost):
    return middle(1, innermost)
)";

// An embedded interpreter takes the modules of the first `python3` in PATH, which may be another one.
bool start_python() {
    setenv("PATH", PYPROF_PYTHON_FOLDER, 1);
    void* const library = dlopen(PYPROF_LIBPYTHON, RTLD_NOW | RTLD_GLOBAL);
    if (library == nullptr) return false;
    reinterpret_cast<void (*)(int)>(dlsym(library, "Py_InitializeEx"))(0);
    run_python = reinterpret_cast<int (*)(const char*, void*)>(dlsym(library, "PyRun_SimpleStringFlags"));
    char text[2048];
    std::snprintf(text, sizeof text, program, reinterpret_cast<unsigned long long>(&measure_samples),
                  reinterpret_cast<unsigned long long>(&works_on));
    python = discover::find_python();
    if (python.state != cpython::RuntimeState::ready || run_python(text, nullptr) != 0) return false;
    python_runtime.store(&python);
    return true;
}

// Every signal is one period of the one thread that there is.
constexpr Engine every_signal{
    .kind = wire::Engine::cpu,
    .name = "every signal",
    .arm = nullptr,
    .disarm = nullptr,
    .periods = [](ThreadState&, const siginfo_t&) -> std::uint64_t { return 1; },
    .change_phase = [](ThreadState&) {},
    .overdue = nullptr,
    .after_fork = nullptr,
};

void start_agent() {
    native_code.set_up(writer, "/proc/self/exe");
    sys::vdso_clock_gettime =
        reinterpret_cast<int (*)(clockid_t, timespec*)>(discover::find_loaded_symbol("__vdso_clock_gettime"));
    process.started_ns = sys::monotonic_now();
    process.started_ticks = ticks();
    pthread_attr_t attributes;
    void* low = nullptr;
    std::size_t bytes = 0;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstack(&attributes, &low, &bytes);
    pthread_attr_destroy(&attributes);
    thread.begin(1);
    thread.arming.engine.store(&every_signal);
    interrupted_thread = [](const siginfo_t&) { return &thread; };
    thread.stack = {reinterpret_cast<std::uint64_t>(low), reinterpret_cast<std::uint64_t>(low) + bytes};
    const InsideAgent inside{thread};
    if (!ensure_thread(thread, inside)) std::abort();
    struct sigaction action = {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGUSR1, &action, nullptr);
}

void register_walks() {
    benchmark::RegisterBenchmark("empty_signal", raise_empty);
    for (const Remembered each : {Remembered::last_walk, Remembered::rows, Remembered::nothing})
        benchmark::RegisterBenchmark(
            (std::string{"native_walk/"} + names_of_remembered[static_cast<int>(each)]).c_str(), walk_at_depth, each)
            ->Arg(0)
            ->Arg(20)
            ->Arg(70)
            ->Arg(170);
    benchmark::RegisterBenchmark("native_walk/exact_decoder", walk_through, pyprof_test_call_by_rbx);
    benchmark::RegisterBenchmark("native_walk/stack_scan", walk_through, pyprof_test_call_bare);
}

constexpr int iterations[] = {20000, 400, 400, 1200};  // by Between

Backtrace find_backtrace(const char* library, const char* name) {
    void* const handle = dlopen(library, RTLD_NOW);
    if (handle == nullptr) return nullptr;
    const auto found = reinterpret_cast<Backtrace>(dlsym(handle, name));
    void* addresses[8];
    if (found != nullptr) found(addresses, 8);
    return found;
}

void register_samples() {
    const auto add = [](std::string name, void (*take)(siginfo_t*, void*), Backtrace other) {
        for (const Between each : {Between::nothing, Between::sweep, Between::numpy, Between::timer})
            benchmark::RegisterBenchmark((name + "/" + names_of_between[static_cast<int>(each)]).c_str(), sample, each,
                                         take, other)
                ->UseManualTime()
                ->Iterations(iterations[static_cast<int>(each)]);
    };
    add("sample", take_sample, nullptr);
    add("parts", take_parts, nullptr);
    if (const Backtrace found = find_backtrace("libunwind.so.8", "unw_backtrace"))
        add("unw_backtrace", take_backtrace, found);
    if (const Backtrace found = find_backtrace("libc.so.6", "backtrace")) add("backtrace", take_backtrace, found);
}

}  // namespace

int main(int argc, char** argv) {
    calibrate();
    start_agent();
    register_walks();
    if (!start_python()) {
        std::fprintf(stderr, "handler_cost: whole samples need %s, and NumPy for %s/python3\n", PYPROF_LIBPYTHON,
                     PYPROF_PYTHON_FOLDER);
        return EXIT_FAILURE;
    }
    register_samples();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
