#include "agent/capture/handler.h"

#include <errno.h>

#include "agent/capture/expect.h"
#include "agent/capture/figures.h"
#include "agent/capture/native_code.h"
#include "agent/capture/process_state.h"
#include "agent/capture/python_state.h"
#include "agent/capture/stitch.h"
#include "agent/capture/syscalls.h"
#include "agent/capture/task_scan.h"

namespace pyprof::capture {
namespace {

namespace node_key = wire::node_key;

class ErrnoKeeper {
public:
    explicit ErrnoKeeper(ThreadState& thread) : place_{place_of(thread)}, kept_{*place_} {}
    ~ErrnoKeeper() { *place_ = kept_; }
    ErrnoKeeper(const ErrnoKeeper&) = delete;
    ErrnoKeeper& operator=(const ErrnoKeeper&) = delete;

private:
    // Where libc says it is; asked once, for a call of libc brings cold pages.
    static int* place_of(ThreadState& thread) {
        if (thread.errno_place == nullptr) thread.errno_place = &errno;
        return thread.errno_place;
    }

    int* const place_;
    const int kept_;
};

std::uint32_t module_of(std::uint64_t address) {
    Module module;
    return native_code.modules.find(address, module) ? module.id : 0;
}

bool is_agent_frame(std::uint64_t key) {
    return node_key::kind(key) == node_key::native &&
           (native_code.modules.flags(node_key::module_of(key)) & wire::module_flags::agent) != 0;
}

// Frames stay named as long as the walker remembers them.
void name_jit_code(NativeStack& stack) {
    for (std::uint32_t i = 0; i < stack.count; ++i) {
        NativeFrame& frame = stack.frames[i];
        if (frame.module == 0)
            frame.module =
                static_cast<std::uint16_t>(native_code.jit_code.find(frame.pc - (frame.is_return_address ? 1 : 0)));
    }
}

[[gnu::hot]] void take_stack(ThreadState& thread, const Registers& registers) {
    walk_native(registers, thread.stack, thread.memo, thread.native);
    name_jit_code(thread.native);
    walk_python_here({thread.native, thread.stack, thread.python_memo}, thread.python);
    stitch(thread.native, thread.python, thread.merged);
    keep_wanted(thread.merged);
}

wire::SliceCategory category_of(const MergedStack& stack) {
    if (stack.count == 0) return wire::SliceCategory::other;
    if (node_key::kind(stack.keys[0]) == node_key::python) return wire::SliceCategory::python;
    for (std::uint32_t i = 0; i < stack.count && node_key::kind(stack.keys[i]) == node_key::native; ++i)
        if ((native_code.modules.flags(node_key::module_of(stack.keys[i])) & wire::module_flags::mpi) != 0)
            return wire::SliceCategory::mpi;
    return wire::SliceCategory::native;
}

void count_quality(ThreadState& thread) {
    wire::RecordingHeader& h = *process.arena.header();
    if (thread.native.end != WalkEnd::bottom) count_loss(wire::Loss::unwind_truncated);
    if (thread.native.guessed) count_loss(wire::Loss::unwind_guessed);
    if (thread.python.cut_at != 0 || thread.native.end == WalkEnd::full) count_loss(wire::Loss::too_deep);
    if (thread.python.result == PythonWalk::unreadable) count_loss(wire::Loss::python_unreadable);
    if (thread.python.unknown_codes != 0) count_loss(wire::Loss::code_table_full, thread.python.unknown_codes);
    if (!thread.merged.has_python) {
        std::atomic_ref{h.native_only}.fetch_add(1, std::memory_order_relaxed);
    } else {
        if (thread.merged.exact)
            std::atomic_ref{h.exact_stitches}.fetch_add(1, std::memory_order_relaxed);
        else
            count_loss(wire::Loss::stitch_inexact);
        if (!thread.is_python) thread.record->is_python = 1;
        thread.is_python = true;
        if (thread.name == ThreadName::unknown)
            thread.name = name_python_thread(thread.python, nullptr, *thread.record);
    }
}

[[gnu::hot]] void add_sample(ThreadState& thread, const Registers& registers, std::uint64_t expiries) {
    take_stack(thread, registers);
    add_driver(thread.driver, thread.merged);
    const CallTree::Leaf leaf = thread.tree.descend(thread.merged);
    if (!leaf.complete) count_loss(wire::Loss::memory_full, expiries);
    thread.tree.charge(leaf.node, 1, expiries, thread.python.attached ? expiries : 0);
    thread.counted += expiries;
    thread.last_sample = {leaf.node, thread.native.count, thread.python.count, thread.merged.count};
    charge_counters(thread, leaf.node);
    charge_queue(thread, leaf.node);

    wire::RecordingHeader& h = *process.arena.header();
    std::atomic_ref{h.samples}.fetch_add(1, std::memory_order_relaxed);
    std::atomic_ref{h.expiries}.fetch_add(expiries, std::memory_order_relaxed);
    count_quality(thread);
    const std::uint64_t now = time_of_sample();
    count_slice(now, category_of(thread.merged), static_cast<std::uint32_t>(expiries));
    count_moment(now, leaf.node, expiries);
    update_figures_if_due(now);
    scan_tasks_if_due(now);
}

// Of another thread it is read when the recording is finished.
void copy_name(const ThreadState& thread, char* name) {
    if (sys::get_tid() == thread.tid) sys::call(SYS_prctl, 16 /* PR_GET_NAME */, sys::word(name));
}

// After a sample that used half a period or more, the program gets as long before the next: were samples as slow as
// they come often, it would stand still.
void spare(ThreadState& thread, std::uint64_t own_ticks, std::uint64_t end) {
    const std::uint64_t period = process.period_ns * process.arena.header()->ticks_per_ms / 1'000'000;
    if (period != 0 && own_ticks * 2 >= period) thread.spared_until = end + own_ticks;
}

// A quarter of a millisecond to half of one: hardly a sample takes as long, but one during which other threads ran.
constexpr std::uint64_t put_aside_ticks = 1'000'000;
constexpr std::uint32_t samples_after_that = 1024;

// The thread's CPU time where its engine knows it, or one of its last samples was put aside; else 0.
[[gnu::hot]] std::uint64_t cpu_at_begin(ThreadState& thread) {
    if (thread.arming.cpu_ns != 0 || thread.samples_on_cpu_clock == 0) return thread.arming.cpu_ns;
    --thread.samples_on_cpu_clock;
    return sys::now(CLOCK_THREAD_CPUTIME_ID);
}

// Of the ticks that a sample took, those that the thread itself used. All of them where nobody looked at its CPU time
// when the sample began: its last samples were quick.
[[gnu::cold]] std::uint64_t used_ticks(ThreadState& thread, std::uint64_t taken, std::uint64_t cpu_begin_ns) {
    thread.samples_on_cpu_clock = samples_after_that;
    const std::uint64_t ticks_per_ms = process.arena.header()->ticks_per_ms;
    if (cpu_begin_ns == 0 || ticks_per_ms == 0) return taken;
    const std::uint64_t used = (sys::now(CLOCK_THREAD_CPUTIME_ID) - cpu_begin_ns) * ticks_per_ms / 1'000'000;
    return used < taken ? used : taken;
}

// Where time and events go that no stack was taken for.
std::uint32_t late_node(ThreadState& thread) {
    MergedStack& stack = thread.merged;
    stack.count = 0;
    stack.keys[stack.count++] = node_key::make_special(static_cast<std::uint64_t>(wire::Special::thread_late));
    if (thread.start_routine != 0)
        stack.keys[stack.count++] =
            node_key::make_native(thread.start_routine, module_of(thread.start_routine), false, false);
    return thread.tree.descend(stack).node;
}

[[gnu::cold]] bool start_tree(ThreadState& thread) {
    thread.tree.start(process.arena, process.budget, thread.record->index,
                      node_key::make_special(static_cast<std::uint64_t>(wire::Special::thread_root)));
    thread.record->root = thread.tree.root();
    return thread.tree.started();
}

// Expiries of a thread that the recording has no room for. Its events stay as they are, for a sample that finds room.
void charge_unplaced(ThreadState& thread, std::uint64_t expiries) {
    if (!thread.no_room) return;
    wire::RecordingHeader& h = *process.arena.header();
    thread.counted += expiries;
    std::atomic_ref{h.unplaced_expiries}.fetch_add(expiries, std::memory_order_relaxed);
    std::atomic_ref{h.expiries}.fetch_add(expiries, std::memory_order_relaxed);
    count_loss(wire::Loss::memory_full, expiries);
}

// There is no recording yet, or no room in it.
[[gnu::cold]] void do_without_sample(ThreadState& thread) {
    if (!thread.no_room) return;
    charge_unplaced(thread, thread.pending);
    const std::uint64_t now = time_of_sample();
    count_slice(now, wire::SliceCategory::other, static_cast<std::uint32_t>(thread.pending));
    thread.pending = 0;
    update_figures_if_due(now);
}

void charge_without_signal(ThreadState& thread, std::uint32_t node, std::uint64_t expiries) {
    thread.tree.charge(node, 0, expiries);
    thread.counted += expiries;
    std::atomic_ref{process.arena.header()->expiries}.fetch_add(expiries, std::memory_order_relaxed);
    count_loss(wire::Loss::thread_late, expiries);
    count_moment(sys::monotonic_now(), node, expiries);
}

}  // namespace

[[gnu::hot]] void keep_wanted(MergedStack& stack) {
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < stack.count; ++i) {
        const std::uint64_t key = stack.keys[i];
        const bool native = node_key::kind(key) == node_key::native;
        if (native && (!process.native || is_agent_frame(key))) continue;
        stack.keys[kept++] = key;
    }
    stack.count = kept;
}

[[gnu::section(".data")]] ThreadState* (*interrupted_thread)(const siginfo_t& info) = nullptr;

bool is_of_pool(const ThreadState& thread) {
    if (thread.start_routine == 0) return false;
    return (native_code.modules.flags(module_of(thread.start_routine)) & wire::module_flags::thread_pool) != 0;
}

namespace {

[[gnu::cold]] bool make_record(ThreadState& thread) {
    auto* record = static_cast<wire::ThreadRecord*>(RecordingWriter{}.reserve(sizeof(wire::ThreadRecord)));
    if (record == nullptr) return false;
    record->header.kind = wire::RecordKind::thread;
    record->index = process.next_thread.fetch_add(1);
    record->state = wire::ThreadState::running;
    record->tid = thread.tid;
    record->spawned_by = thread.spawned_by;
    record->start_routine = thread.start_routine;
    record->start_module = thread.start_routine == 0 ? 0 : module_of(thread.start_routine);
    record->armed = thread.arming.engine.load(std::memory_order_relaxed) != nullptr ? 1 : 0;
    record->started_ns = thread.started_ns;
    thread.driver.starter = is_of_pool(thread) ? thread.starter : 0;
    copy_name(thread, record->name);
    thread.name = ThreadName::unknown;
    thread.is_python = false;
    RecordingWriter{}.commit(record, sizeof *record);
    thread.record = record;
    return true;
}

}  // namespace

[[gnu::hot]] bool ensure_record(ThreadState& thread, const InsideAgent&) {
    return ensure_recording() && (thread.record != nullptr || make_record(thread));
}

[[gnu::hot]] bool ensure_thread(ThreadState& thread, const InsideAgent& inside) {
    const bool has_room = ensure_record(thread, inside) && (thread.tree.started() || start_tree(thread));
    thread.no_room = !has_room && process.recording.load(std::memory_order_acquire) == RecordingState::open;
    return has_room;
}

std::uint32_t current_context(ThreadState& thread, const Registers& registers, const InsideAgent& inside) {
    if (!ensure_thread(thread, inside)) return 0;
    take_stack(thread, registers);
    return thread.tree.descend(thread.merged).node;
}

void charge_late(ThreadState& thread, std::uint64_t expiries, const InsideAgent& inside) {
    if (expiries == 0) return;
    if (!ensure_thread(thread, inside)) return charge_unplaced(thread, expiries);
    charge_without_signal(thread, late_node(thread), expiries);
}

void charge_here(ThreadState& thread, std::uint64_t expiries, const Registers& registers, const InsideAgent& inside) {
    const std::uint32_t node = current_context(thread, registers, inside);
    if (node == 0) return charge_unplaced(thread, expiries);
    charge_without_signal(thread, node, expiries);
}

void charge_last_counters(ThreadState& thread, const InsideAgent& inside) {
    if (thread.counters.events < 0) return;
    if (ensure_thread(thread, inside)) return charge_counters(thread, late_node(thread));
    if (thread.no_room) count_loss(wire::Loss::counters_lost);
}

[[gnu::hot]] void on_sample(int, siginfo_t* info, void* context) noexcept {
    const std::uint64_t begin = ticks();
    ThreadState* const thread = interrupted_thread(*info);
    if (thread == nullptr) return;
    const ErrnoKeeper keep_errno{*thread};
    const Engine* const engine = thread->arming.engine.load(std::memory_order_acquire);
    const std::uint64_t expiries = engine == nullptr ? 0 : engine->periods(*thread, *info);
    if (expiries == 0) return;  // somebody sent this signal number by hand
    if (begin < thread->spared_until) {
        thread->pending += expiries;
        count_loss(wire::Loss::sample_spared, expiries);
        return;
    }
    const InsideAgent inside{*thread};
    if (!inside.entered() || !ensure_thread(*thread, inside)) {
        thread->pending += expiries;
        if (!inside.entered())
            count_loss(wire::Loss::reentered, expiries);
        else
            do_without_sample(*thread);
        return;
    }
    const std::uint64_t cpu_begin_ns = cpu_at_begin(*thread);
    if (begin - thread->sampled_until > cold_after_ticks) expect_sample(*thread);
    const std::uint64_t due = expiries + thread->pending;
    thread->pending = 0;
    add_sample(*thread, Registers::from(*static_cast<const ucontext_t*>(context)), due);
    if (!process.stopping.load()) engine->change_phase(*thread);
    const std::uint64_t end = ticks();
    thread->sampled_until = end;
    const std::uint64_t taken = end - begin;
    const std::uint64_t used = taken < put_aside_ticks ? taken : used_ticks(*thread, taken, cpu_begin_ns);
    count_handler(used);
    spare(*thread, used, end);
}

[[gnu::noinline]] Registers registers_here() {
    Registers registers{};
    // Of the caller: its return address, and its stack pointer right after the call returned.
    auto* frame = static_cast<std::uint64_t*>(__builtin_frame_address(0));
    registers.value[6] = frame[0];
    registers.value[7] = reinterpret_cast<std::uint64_t>(frame + 2);
    registers.value[16] = frame[1];
    __asm__ volatile("movq %%rbx, %0\n\tmovq %%r12, %1\n\tmovq %%r13, %2\n\tmovq %%r14, %3\n\tmovq %%r15, %4"
                     : "=m"(registers.value[3]), "=m"(registers.value[12]), "=m"(registers.value[13]),
                       "=m"(registers.value[14]), "=m"(registers.value[15]));
    return registers;
}

}  // namespace pyprof::capture
