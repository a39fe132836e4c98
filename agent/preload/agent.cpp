#include "agent/preload/agent.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "agent/capture/executable_ranges.h"
#include "agent/capture/figures.h"
#include "agent/capture/handler.h"
#include "agent/capture/memory_maps.h"
#include "agent/capture/native_code.h"
#include "agent/capture/process_state.h"
#include "agent/capture/python_state.h"
#include "agent/capture/syscalls.h"
#include "agent/capture/task_scan.h"
#include "agent/capture/unloading.h"
#include "agent/counters/events.h"
#include "agent/discover/loaded_symbols.h"
#include "agent/discover/process_kind.h"
#include "agent/discover/rank.h"
#include "agent/discover/runtime.h"
#include "agent/discover/text.h"
#include "agent/hooks/real.h"
#include "agent/preload/agent_api.h"
#include "agent/preload/jit_code.h"
#include "agent/preload/mpi_calls.h"
#include "agent/preload/options.h"
#include "agent/preload/sampler.h"
#include "agent/preload/spool.h"
#include "agent/preload/threads.h"
#include "agent/preload/timers.h"
#include "agent/preload/wall.h"

namespace pyprof::preload {
namespace {

using capture::process;
using capture::process_texts;
using capture::RecordingState;
namespace sys = capture::sys;

// never: not active. dormant: may start late. working: samples are taken. ended: the last word is written.
enum class Life : std::uint32_t { never, dormant, working, ended };
std::atomic<Life> life{Life::never};
std::atomic<bool> library_expected{false};
Options options;

// The last finished recording, for libpyprof-mpi.
struct Finished {
    std::byte* base = nullptr;
    std::uint64_t bytes = 0, mapped_bytes = 0;
    char path[1024] = {};
} finished;

[[gnu::section(".data")]] cpython::PythonRuntime python;  // the handlers' view of it is capture::python_runtime

// True if the process holds an interpreter, readable or not.
bool find_interpreter() {
    if (python.state != cpython::RuntimeState::none) return true;
    python = discover::find_python();
    if (python.state == cpython::RuntimeState::none) return false;
    process.python_version = static_cast<std::int32_t>(python.version_hex);
    process.free_threaded = python.layout.version.free_threaded;
    if (python.state == cpython::RuntimeState::ready)
        capture::python_runtime.store(&python, std::memory_order_release);
    else
        discover::TextBuilder{process_texts.python_message, sizeof process_texts.python_message}.add(python.message);
    capture::update_facts();
    return true;
}

capture::RecordingWriter writer;

// Code objects and modules are recorded again in the next recording.
void forget_announced() {
    capture::python_codes.reset();
    capture::native_code.modules.reset();
    capture::native_code.jit_code.reset();
    capture::executable_ranges.forget();
}

// SIGSTKFLT, which no kernel of today sends and programs leave alone; else a real-time signal that nobody has a handler
// for, from above: glibc and most programs take the low ones.
int free_signal() {
    const auto is_free = [](int signal) {
        struct sigaction action {};
        return hooks::real_sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_DFL;
    };
    if (is_free(SIGSTKFLT)) return SIGSTKFLT;
    for (int signal = 58; signal >= 40; --signal)
        if (is_free(signal)) return signal;
    return 0;
}

// While a sample is taken no handler of the program runs: one that jumps out of it, or a cancellation (by a signal of
// glibc's own, which sigfillset() leaves out), would leave it half done. Faults stay as they are.
sigset_t all_but_faults() {
    sigset_t mask;
    memset(&mask, 0xff, sizeof mask);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) sigdelset(&mask, fault);
    return mask;
}

bool install_handler() {
    struct sigaction action {};
    action.sa_sigaction = capture::on_sample;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    action.sa_mask = all_but_faults();
    return hooks::real_sigaction(process.signal, &action, nullptr) == 0;
}

// A signal that still waits (in a thread that blocks it by a bare system call) would hit the next program, which has no
// handler. To ignore a signal drops it everywhere.
void drop_waiting_signals() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    hooks::real_sigaction(process.signal, &ignore, nullptr);
    install_handler();
}

void start_engine() {
    const EngineChoice choice = choose_engine(options.engine, options.rate_hz, process.ticks_per_second);
    process.period_ns = 1'000'000'000 / choice.rate_hz;
    process.engine = choice.engine->kind;
    discover::TextBuilder reason{process_texts.engine_reason, sizeof process_texts.engine_reason};
    if (choice.reason != nullptr) reason.add("no perf: ").add(choice.reason);
    set_engine(choice);
}

// What they left to others.
void forget_ended_threads() {
    process.unsettled_waits_ns.store(0);
    process.unrecorded_thread_ns.store(0);
}

void start_clock() {
    process.call_clock = has_steady_ticks() ? wire::CallClock::ticks : wire::CallClock::nanoseconds;
    process.started_ns = process.watched_from_ns = sys::monotonic_now();
    forget_ended_threads();
    process.started_realtime_ns = sys::now(CLOCK_REALTIME);
    process.started_ticks = capture::ticks();
}

void go_on_in_parent() {
    samplers_after_fork(false);
    threads_after_fork(false);
    constexpr std::int32_t first_version_that_counts = 0x030c0000;
    if (process.python_version < first_version_that_counts) samplers_come_back_at_once();
}

// In a forked child: everything that the parent recorded is the parent's.
void start_in_child() {
    process.pid = sys::get_pid();
    samplers_after_fork(true);
    threads_after_fork(true);
    if (life.load() != Life::working) return;
    process.arena.abandon();
    process.recording.store(RecordingState::closed);
    process.slices_folding.store(false);
    for (auto& loss : process.early_losses) loss.store(0);
    process_texts.script[0] = '\0';
    process.cpu_base_ns = process.own_cpu_base_ns = 0;
    forget_recording();
    forget_announced();
    capture::reset_object_lookup();
    capture::reset_unloads();
    jit_code_after_fork();
    start_clock();
    rename_recording(process.pid, process.started_realtime_ns);
    if (!options.children) {
        life.store(Life::never);
        return;
    }
    keep_only_this_thread();
    samplers_come_back_at_once();
}

// Time off the CPU becomes the last metric of every node.
void measure_waits() {
    process.clock = wire::Clock::wall;
    process.off_cpu_metric = process.budget.extra_metrics++;
    wire::MetricInfo& metric = process.metrics[process.off_cpu_metric];
    discover::TextBuilder{metric.name, sizeof metric.name}.add(wire::off_cpu_metric);
    metric.unit = wire::MetricUnit::nanoseconds;
}

void start(bool late) {
    process.pid = sys::get_pid();
    process.ticks_per_second = ticks_per_second();
    process.native = options.native;
    process.memory_cap = options.memory_cap;
    const discover::RankHint hint = discover::rank_from_environment();
    process.rank = hint.rank;
    process.rank_count = hint.count;
    sys::vdso_clock_gettime =
        reinterpret_cast<int (*)(clockid_t, timespec*)>(discover::find_loaded_symbol("__vdso_clock_gettime"));
    start_clock();
    locate_spool(process.started_realtime_ns);
    if (options.command_pid == process.pid)
        discover::TextBuilder{process_texts.script, sizeof process_texts.script}.add(getenv("PYPROF_SCRIPT") ?: "");
    capture::native_code.set_up(writer, process_texts.executable);
    process.signal = free_signal();
    if (process.signal == 0 || !install_handler()) return;
    start_engine();
    process.budget.extra_metrics = counters::set_up(options.counters, process.metrics, process_texts.counter_message,
                                                    sizeof process_texts.counter_message);
    if (options.wall) measure_waits();
    // CPU clocks go on through exec, so what came before is another program's or start-up.
    process.cpu_base_ns = capture::program_cpu_ns();
    pthread_atfork(pause_samplers, go_on_in_parent, start_in_child);
    capture::interrupted_thread = thread_of_signal;
    capture::drop_ended_threads = drop_ended;
    capture::adopt_thread = adopt_from_now;
    life.store(Life::working);
    begin_thread({.cpu_base_ns = sys::now(CLOCK_THREAD_CPUTIME_ID)});
    if (late) capture::scan_tasks();
    capture::adopt_thread = adopt;
    if (options.wall) start_watching();
}

// Stops everybody who writes into the recording, and lets them go on.
bool hold_sampling() {
    if (options.wall) stop_watching();
    return stop_sampling();
}

void go_on_sampling() {
    restart_sampling();
    if (options.wall) start_watching();
}

// Libraries that a profile names even if no sample met them. Asks the kernel and not the loader, whose lock may have
// been held by a thread that a fork left behind.
void note_libraries() {
    capture::MemoryMaps maps;
    if (!maps.is_open()) return;
    char path[1024];
    for (capture::MappedRange range; maps.next(range, path, sizeof path);) {
        capture::Module module;
        if (range.is_executable && capture::ModuleTable::is_notable(path))
            capture::native_code.modules.find(range.begin, module);
    }
}

// Moves the recording out of the way, complete, under the name of finished ones.
void set_aside() {
    finished = {
        .base = process.arena.base(), .bytes = process.arena.committed(), .mapped_bytes = process.arena.mapped_bytes()};
    const char* path = process.arena.path();
    if (path[0] == '\0') return;
    discover::TextBuilder done{finished.path, sizeof finished.path};
    done.add(path).add(".done");
    if (sys::call(SYS_rename, sys::word(path), sys::word(finished.path)) != 0)
        discover::TextBuilder{finished.path, sizeof finished.path}.add(path);
}

bool finish() {
    if (life.load() != Life::working || process.pid != sys::get_pid()) return false;
    if (!hold_sampling()) {
        go_on_sampling();
        return false;
    }
    if (process.recording.load() != RecordingState::open) {
        go_on_sampling();
        return false;
    }
    settle_process();
    note_libraries();
    update_records();
    capture::finish_recording(wire::ProcessState::exited);
    process.recording.store(RecordingState::opening);  // nobody opens the next one yet
    set_aside();
    forget_recording();
    forget_announced();
    process.arena.detach();
    process.cpu_base_ns = capture::program_cpu_ns();
    process.own_cpu_base_ns = capture::own_cpu_ns();
    process.watched_from_ns = sys::monotonic_now();
    forget_ended_threads();
    rename_recording(process.pid, sys::now(CLOCK_REALTIME));  // still the same process: its start does not change
    process.recording.store(RecordingState::closed);
    go_on_sampling();
    return true;
}

}  // namespace

bool is_working() { return life.load(std::memory_order_acquire) == Life::working; }

void expect_library() {
    capture::native_code.modules.objects_changed();
    if (python.state == cpython::RuntimeState::none) library_expected.store(true);
}

void look_again() {
    samplers_come_back();
    if (!library_expected.load(std::memory_order_relaxed) || !library_expected.exchange(false)) return;
    const Life now = life.load();
    if (now == Life::working) {
        find_interpreter();
    } else if (now == Life::dormant && find_interpreter()) {
        start(true);
    }
}

void start_late() {
    if (life.load() == Life::dormant) start(true);
}

void end_process(wire::ProcessState how) {
    if (!is_working() || process.pid != sys::get_pid()) return;
    if (how == wire::ProcessState::exited) life.store(Life::ended);
    const bool stopped = hold_sampling();
    if (how == wire::ProcessState::replaced_by_exec) drop_waiting_signals();
    if (!stopped) return;
    settle_process();
    if (process.recording.load() != RecordingState::open) return;
    note_libraries();
    update_records();
    capture::finish_recording(how);
    if (how == wire::ProcessState::exited) set_aside();
}

void resume_process() {
    if (!is_working() || process.pid != sys::get_pid()) return;
    if (process.recording.load() == RecordingState::open) process.arena.header()->state = wire::ProcessState::running;
    go_on_sampling();
}

namespace {

[[gnu::constructor]] void load() {
    options = options_from_environment();
    if (!options.active) return;
    hooks::resolve();
    process.pid = sys::get_pid();
    life.store(Life::dormant);
    char executable[1024] = {};
    sys::call(SYS_readlink, sys::word("/proc/self/exe"), sys::word(executable), sizeof executable - 1);
    if (!options.children && options.command_pid != process.pid) {
        life.store(Life::never);
        return;
    }
    const discover::ProcessKind kind = discover::kind_of_process(executable, options.command_pid);
    if (kind == discover::ProcessKind::dormant) return;
    find_interpreter();
    start(false);
}

[[gnu::destructor]] void unload() { end_process(wire::ProcessState::exited); }

void confirm_rank(std::int32_t rank, std::int32_t count) {
    start_late();
    process.rank = rank;
    process.rank_count = count;
    process.rank_confirmed = 1;
    capture::update_facts();
}

bool finish_for_api(const unsigned char** begin, std::size_t* bytes) {
    if (!finish()) return false;
    *begin = reinterpret_cast<const unsigned char*>(finished.base);
    *bytes = finished.bytes;
    return true;
}

const char* finished_path() { return finished.path[0] == '\0' ? nullptr : finished.path; }

void discard_finished() {
    if (finished.base == nullptr) return;
    sys::unmap(finished.base, finished.mapped_bytes);
    if (finished.path[0] != '\0') sys::call(SYS_unlink, sys::word(finished.path));
    finished = {};
}

const char* job() { return process_texts.job; }

std::uint32_t call_clock() { return static_cast<std::uint32_t>(process.call_clock); }

constexpr PyprofAgentApi api{
    .version = pyprof_agent_api_version,
    .confirm_rank = confirm_rank,
    .finish = finish_for_api,
    .path = finished_path,
    .discard = discard_finished,
    .job = job,
    .spool = spool_folder,
    .call_clock = call_clock,
    .calling_line = calling_line,
    .count_call = count_call,
};

}  // namespace
}  // namespace pyprof::preload

extern "C" [[gnu::visibility("default")]] const PyprofAgentApi* pyprof_agent_api(std::uint32_t version) {
    using namespace pyprof::preload;
    return version == pyprof_agent_api_version && life.load() != Life::never ? &api : nullptr;
}
