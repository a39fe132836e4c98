// libpython_oracle.so: the agent's Python walk and stitching inside a real interpreter, loaded by ctypes.PyDLL.
// oracle_sample() raises a signal in the calling thread; its handler takes the stack as the agent would, and Python
// code compares it with what sys._getframe says at the same place. Native frames come from the agent's own walker or
// from libgcc's unwinder, which shares nothing with it.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include "agent/capture/code_table.h"
#include "agent/capture/interpreter_call.h"
#include "agent/capture/native_code.h"
#include "agent/capture/native_walk.h"
#include "agent/capture/python_walk.h"
#include "agent/capture/stitch.h"
#include "agent/discover/runtime.h"
#include "tests/support/memory_recording.h"

#define PYPROF_ORACLE extern "C" __attribute__((visibility("default")))

namespace {

using namespace pyprof;
using namespace pyprof::capture;

struct Stacks {
    WalkMemo memo;
    PythonMemo python_memo;
    NativeStack native;
    PythonStack python;
    MergedStack merged;
};

cpython::PythonRuntime python;
CodeTable codes;
RecordingWriter writer;
bool by_libgcc = false;
void* (*attached_thread)() = nullptr;  // the interpreter's own accessor, as truth
int shift_by = 0;                      // native frames by which markers are moved, to see that it is noticed
Stacks synchronous;

// Starts of the evaluation loop's function: one, or two where the compiler moved its cold half away, which then has no
// symbol. Learned from stacks in which nothing was shifted.
constexpr int most_loops = 8;
std::uint64_t loops[most_loops];
int loop_count = 0;

// What timers saw; read by Python through oracle_count().
enum Count : int {
    samples,
    no_python,
    unreadable,
    inexact,
    attached_wrong,
    owner_not_loop,
    loop_without_marker,
    has_python,
    detached,
    count_total
};
std::atomic<std::uint64_t> counts[count_total];

struct Unwinding {
    NativeStack& stack;
    std::uint64_t interrupted;
    bool started;
};

_Unwind_Reason_Code add_frame(_Unwind_Context* context, void* argument) {
    auto& unwinding = *static_cast<Unwinding*>(argument);
    NativeStack& stack = unwinding.stack;
    int before_instruction = 0;
    const std::uint64_t pc = _Unwind_GetIPInfo(context, &before_instruction);
    if (!unwinding.started && pc != unwinding.interrupted) return _URC_NO_REASON;
    unwinding.started = true;
    if (pc == 0) return _URC_END_OF_STACK;
    if (stack.count == max_native_frames) {
        stack.end = WalkEnd::full;
        return _URC_END_OF_STACK;
    }
    const std::uint64_t start = _Unwind_GetRegionStart(context);
    stack.frames[stack.count++] = {.pc = pc,
                                   .sp = _Unwind_GetCFA(context),
                                   .module = 0,
                                   .is_return_address = before_instruction == 0,
                                   .guessed = false,
                                   .function = start == 0 ? 0 : static_cast<std::uint32_t>(pc - start)};
    return _URC_NO_REASON;
}

void walk_native_by_libgcc(const ucontext_t& context, NativeStack& stack) {
    stack.count = 0;
    stack.end = WalkEnd::bottom;
    stack.guessed = false;
    Unwinding unwinding{stack, static_cast<std::uint64_t>(context.uc_mcontext.gregs[REG_RIP]), false};
    _Unwind_Backtrace(add_frame, &unwinding);
    constexpr std::uint64_t outermost_frame_bytes = 4096;
    stack.stack_end = stack.count == 0 ? 0 : stack.frames[stack.count - 1].sp + outermost_frame_bytes;
}

// A range that holds nothing: the walker then probes whatever it reads.
constexpr StackBounds unknown_stack{.low = 0, .high = 0};

// Moves every marker into the native frame `by` nearer to the root.
void shift_markers(const NativeStack& native, PythonStack& stack, int by) {
    for (std::uint32_t k = 0; k < stack.activation_count; ++k) {
        std::uint64_t& marker = stack.activations[k].marker;
        for (std::uint32_t i = 0; i + by < native.count; ++i) {
            const std::uint64_t end = i + 1 < native.count ? native.frames[i + 1].sp : native.stack_end;
            if (native.frames[i].sp > marker || marker >= end) continue;
            marker = native.frames[i + by].sp;
            break;
        }
    }
}

void take(const ucontext_t& context, Stacks& stacks) {
    if (by_libgcc)
        walk_native_by_libgcc(context, stacks.native);
    else
        walk_native(Registers::from(context), unknown_stack, stacks.memo, stacks.native);
    const std::uint64_t call = identify_call(python, stacks.native);
    walk_python(python, {stacks.native, unknown_stack, stacks.python_memo, call}, codes, writer, stacks.python);
    if (shift_by != 0) shift_markers(stacks.native, stacks.python, shift_by);
    stitch(stacks.native, stacks.python, stacks.merged);
}

void on_synchronous(int, siginfo_t*, void* context) {
    const int kept = errno;
    take(*static_cast<ucontext_t*>(context), synchronous);
    errno = kept;
}

bool is_loop(std::uint64_t function) { return std::find(loops, loops + loop_count, function) != loops + loop_count; }

bool owns_marker(const Stacks& stacks, std::uint32_t frame) {
    const NativeStack& native = stacks.native;
    const std::uint64_t begin = native.frames[frame].sp;
    const std::uint64_t end = frame + 1 < native.count ? native.frames[frame + 1].sp : native.stack_end;
    return std::any_of(stacks.python.activations, stacks.python.activations + stacks.python.activation_count,
                       [&](const Activation& each) { return begin <= each.marker && each.marker < end; });
}

// Holds one stack taken at an arbitrary instruction against what must hold for all of them.
void count_asynchronous(const Stacks& stacks) {
    ++counts[samples];
    if (stacks.python.result == PythonWalk::none) ++counts[no_python];
    if (stacks.python.result == PythonWalk::unreadable) ++counts[unreadable];
    if (stacks.merged.has_python) ++counts[has_python];
    if (stacks.python.result == PythonWalk::complete && !stacks.python.attached) ++counts[detached];
    if (!stacks.merged.exact) ++counts[inexact];
    bool owner_wrong = false, loop_wrong = false;
    for (std::uint32_t i = 0; i < stacks.native.count; ++i) {
        const bool owns = owns_marker(stacks, i);
        const std::uint64_t function = stacks.native.frames[i].pc - stacks.native.frames[i].function;
        // The loop's cold part, where it waits for its lock, is first met here. Were it another function, its frames
        // without a marker would be counted below.
        if (owns && loop_count == 1 && !is_loop(function)) loops[loop_count++] = function;
        const bool loop = is_loop(function);
        owner_wrong |= owns && !loop;
        loop_wrong |= loop && !owns;
    }
    if (owner_wrong) ++counts[owner_not_loop];
    if (loop_wrong) ++counts[loop_without_marker];
}

long delay_ns = 0;  // from the end of one timer's handler to its next signal

// Room for one handler of each thread of the test.
constexpr int room = 16;
Stacks asynchronous[room];
std::atomic_flag is_used[room];

// The next signal comes so long after this one was handled: a thread gets on however slow handling it is.
void set_timer(int timer, long delay) {
    const itimerspec once{{0, 0}, {0, delay}};
    syscall(SYS_timer_settime, timer, 0, &once, nullptr);
}

void on_timer(int, siginfo_t* info, void* context) {
    const int kept = errno;
    const bool truth = attached_thread() != nullptr;
    constexpr std::uint32_t last_process_wide = 0x030b;  // to 3.11 there is one attached thread state, whoever asks
    for (int i = 0; i < room; ++i) {
        if (is_used[i].test_and_set()) continue;
        take(*static_cast<ucontext_t*>(context), asynchronous[i]);
        if (python.version_hex >> 16 > last_process_wide && asynchronous[i].python.attached != truth)
            ++counts[attached_wrong];
        count_asynchronous(asynchronous[i]);
        is_used[i].clear();
        break;
    }
    set_timer(info->si_timerid, delay_ns);
    errno = kept;
}

bool set_handler(int signal, void (*handler)(int, siginfo_t*, void*)) {
    struct sigaction action {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    return sigaction(signal, &action, nullptr) == 0;
}

}  // namespace

// 0: frames can be read; else oracle_message() says why not.
PYPROF_ORACLE int oracle_start(int use_libgcc) {
    by_libgcc = use_libgcc != 0;
    native_code.set_up(writer, "");
    python = discover::find_python();
    if (python.state != cpython::RuntimeState::ready) return -1;
    void* accessor = dlsym(RTLD_DEFAULT, "PyThreadState_GetUnchecked");
    if (accessor == nullptr) accessor = dlsym(RTLD_DEFAULT, "_PyThreadState_UncheckedGet");
    attached_thread = reinterpret_cast<void* (*)()>(accessor);
    return set_handler(SIGUSR2, on_synchronous) && set_handler(SIGPROF, on_timer) ? 0 : -1;
}

PYPROF_ORACLE const char* oracle_message() { return python.message; }
PYPROF_ORACLE unsigned oracle_version() { return python.version_hex; }
PYPROF_ORACLE void oracle_shift(int frames) { shift_by = frames; }

// Takes the stack of the caller.
PYPROF_ORACLE void oracle_sample() { pthread_kill(pthread_self(), SIGUSR2); }

PYPROF_ORACLE const std::uint64_t* oracle_keys() { return synchronous.merged.keys; }
PYPROF_ORACLE int oracle_key_count() { return static_cast<int>(synchronous.merged.count); }
PYPROF_ORACLE int oracle_is_exact() { return synchronous.merged.exact; }
PYPROF_ORACLE int oracle_result() { return static_cast<int>(synchronous.python.result); }
PYPROF_ORACLE int oracle_is_attached() { return synchronous.python.attached; }

// Takes the owners of the last sample's markers for the evaluation loop; gives how many different ones are known.
PYPROF_ORACLE int oracle_learn_loops() {
    for (std::uint32_t i = 0; i < synchronous.native.count; ++i) {
        const std::uint64_t function = synchronous.native.frames[i].pc - synchronous.native.frames[i].function;
        if (owns_marker(synchronous, i) && !is_loop(function) && loop_count < most_loops)
            loops[loop_count++] = function;
    }
    return loop_count;
}
// Whether code at the address, which may be a return address, belongs to the evaluation loop.
PYPROF_ORACLE int oracle_in_loop(std::uint64_t address, int is_return_address) {
    void* const inside =
        reinterpret_cast<void*>(address + (is_return_address ? 0 : 1));  // libgcc looks one byte before
    return is_loop(reinterpret_cast<std::uint64_t>(_Unwind_FindEnclosingFunction(inside)));
}
// Whether the symbol of the loop is one of those learned; -1 if its size says that the loop is not there.
PYPROF_ORACLE int oracle_loop_is_as_named() {
    constexpr std::uint64_t smallest_whole_loop = 20000;
    void* const function = dlsym(RTLD_DEFAULT, "_PyEval_EvalFrameDefault");
    Dl_info info;
    const ElfW(Sym)* symbol = nullptr;
    if (function == nullptr || dladdr1(function, &info, (void**)&symbol, RTLD_DL_SYMENT) == 0 || symbol == nullptr ||
        symbol->st_size < smallest_whole_loop)
        return -1;
    return is_loop(reinterpret_cast<std::uint64_t>(function)) ? 1 : 0;
}

// The code record of an id, complete with what follows it; its size is its first word.
PYPROF_ORACLE const void* oracle_code(std::uint32_t id) { return pyprof::tests::find_code_record(id); }

// Samples the calling thread at arbitrary moments from now on.
PYPROF_ORACLE int oracle_start_timer(long delay) {
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = SIGPROF;
    event._sigev_un._tid = static_cast<int>(syscall(SYS_gettid));
    int timer = 0;  // the kernel's, which is what a handler is told
    if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer) != 0) return -1;
    delay_ns = delay;
    set_timer(timer, delay);
    return 0;
}
PYPROF_ORACLE void oracle_ignore_timers() { signal(SIGPROF, SIG_IGN); }
PYPROF_ORACLE std::uint64_t oracle_count(int what) { return counts[what]; }
