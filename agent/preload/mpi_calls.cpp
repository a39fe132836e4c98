#include "agent/preload/mpi_calls.h"

#include <cpuid.h>

#include "agent/capture/handler.h"
#include "agent/capture/native_code.h"
#include "agent/capture/process_state.h"
#include "agent/capture/python_state.h"
#include "agent/preload/agent.h"
#include "agent/preload/threads.h"

namespace pyprof::preload {
namespace {

using capture::InsideAgent;
using capture::process;
using capture::ThreadState;

// As long as this lives and `allowed`, nobody takes the recording away.
class Counting {
public:
    explicit Counting(ThreadState& thread) : thread_{thread} {
        thread_.counting.exchange(1);  // before `stopping` is read: see ThreadState
        allowed_ = !process.stopping.load();
    }
    ~Counting() { thread_.counting.store(0, std::memory_order_release); }
    Counting(const Counting&) = delete;
    Counting& operator=(const Counting&) = delete;
    bool allowed() const { return allowed_; }

private:
    ThreadState& thread_;
    bool allowed_;
};

std::uint64_t native_place(std::uint64_t caller) {
    capture::Module module;
    const bool found = capture::native_code.modules.find(caller, module);
    return wire::node_key::make_native(caller, found ? module.id : 0, true, false);
}

// Tells apart what lies at one address before and after libraries were loaded.
std::uint64_t stand_in_of(std::uint64_t caller) {
    constexpr std::uint64_t address_bits = 48;
    const std::uint64_t generation = capture::native_code.modules.generation();
    return caller ^ generation << address_bits;
}

// The first call of its kind. Signals must not find the thread's record half made.
wire::CallRow* add_row(ThreadState& thread, const capture::CallKey& key, const PyprofCall& call, bool has_line) {
    const InsideAgent inside{thread, InsideAgent::wait};
    if (!capture::ensure_record(thread, inside)) return nullptr;
    const std::uint64_t place = has_line ? call.place : native_place(call.caller);
    return thread.calls.add(process.arena, process.budget, thread.record->index, key, place,
                            static_cast<wire::CallKind>(call.kind));
}

bool count(ThreadState& thread, const PyprofCall& call) {
    const Counting counting{thread};
    if (!counting.allowed()) return false;
    // A line that was looked up for an earlier recording means nothing in this one.
    const bool has_line = call.place != 0 && thread.calling_line.epoch() == capture::python_codes.epoch();
    const capture::CallKey key{.place = has_line ? call.place : stand_in_of(call.caller),
                               .name = call.name,
                               .ranks = call.ranks,
                               .peer = static_cast<wire::CallPeer>(call.peer),
                               .size_class = capture::size_class_of(call.bytes)};
    wire::CallRow* row = thread.calls.find(key);
    if (row == nullptr) row = add_row(thread, key, call, has_line);
    if (row == nullptr) return false;
    capture::CallCounts::count(*row, call.time, call.bytes, call.synchronising);
    return true;
}

std::uint64_t look_up(ThreadState& thread, const cpython::PythonRuntime& runtime,
                      const capture::CallingLine::Frame& frame) {
    const Counting counting{thread};
    if (!counting.allowed()) return 0;
    const InsideAgent inside{thread, InsideAgent::wait};
    if (!capture::ensure_record(thread, inside)) return 0;
    capture::RecordingWriter writer;
    return thread.calling_line.look_up(frame, runtime, capture::python_codes, writer);
}

}  // namespace

bool has_steady_ticks() {
    constexpr unsigned leaf = 0x80000007, invariant = 1 << 8;
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid(leaf, &a, &b, &c, &d) != 0 && (d & invariant) != 0;
}

std::uint64_t calling_line() {
    const cpython::PythonRuntime* runtime = capture::python_runtime.load(std::memory_order_acquire);
    ThreadState* const thread = this_thread();
    if (runtime == nullptr || thread == nullptr || !is_working()) return 0;
    const capture::CallingLine::Frame frame =
        thread->calling_line.innermost(*runtime, capture::native_code.modules.generation());
    if (frame.frame == 0) return 0;
    const std::uint64_t known = thread->calling_line.known_key(frame, capture::python_codes.epoch());
    return known != 0 ? known : look_up(*thread, *runtime, frame);
}

void count_call(const PyprofCall* call) {
    if (!is_working()) return;
    ThreadState* const thread = this_thread();
    if (thread == nullptr || !count(*thread, *call)) capture::count_loss(wire::Loss::calls_uncounted);
}

}  // namespace pyprof::preload
