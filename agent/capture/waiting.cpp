#include "agent/capture/waiting.h"

#include "agent/capture/handler.h"
#include "agent/capture/moments.h"
#include "agent/capture/proc_files.h"
#include "agent/capture/process_state.h"
#include "agent/capture/python_state.h"
#include "agent/capture/stitch.h"
#include "agent/capture/syscalls.h"
#include "agent/capture/unloading.h"

namespace pyprof::capture {
namespace {

constexpr std::uint64_t age_share = 16;  // a wait is looked at again after this part of its age
constexpr std::uint64_t longest_pause_ns = 16'000'000;
constexpr std::uint64_t longest_gap_ns = 2 * longest_pause_ns;  // between two looks of somebody who is there
constexpr std::int64_t negligible_ns = 20'000;                  // off the CPU: what looking for it would cost
constexpr std::size_t line_bytes = 256;
constexpr std::uint64_t unknown_register = 1;  // no address, and not aligned: whatever needs it fails

// Room for the one thread that looks at others.
struct Room {
    WalkMemo memo;
    PythonMemo python_memo;
    NativeStack native;
    PythonStack python;
    MergedStack merged;
    PageCopies copies;
} room;

// Gives the new end.
char* append(char* to, const char* from) {
    while (*from != '\0') *to++ = *from++;
    *to = '\0';
    return to;
}

void path_of(int tid, const char* file, char (&path)[64]) {
    char digits[16];
    std::size_t at = sizeof digits;
    digits[--at] = '\0';
    for (auto rest = static_cast<unsigned>(tid); rest != 0; rest /= 10)
        digits[--at] = static_cast<char>('0' + rest % 10);
    append(append(append(append(path, "/proc/self/task/"), digits + at), "/"), file);
}

// The start of a file of a thread; empty if it is gone.
void read_file_of(int tid, const char* file, char (&line)[line_bytes]) {
    char path[64];
    path_of(tid, file, path);
    line[0] = '\0';
    read_file(path, line, sizeof line);
}

bool same(const char* a, const char* b) {
    while (*a != '\0' && *a == *b) ++a, ++b;
    return *a == *b;
}

// Time on a run queue, 0 where the kernel does not count it.
std::uint64_t queue_time_of(int tid) {
    char line[line_bytes];
    read_file_of(tid, "schedstat", line);
    return second_number(line);
}

Registers registers_of(const SystemCall& call) {
    Registers registers;
    for (std::uint64_t& value : registers.value) value = unknown_register;
    registers.value[7] = call.sp;
    registers.value[16] = call.pc;
    return registers;
}

void take_stack(const ThreadState& thread, const SystemCall& call) {
    room.copies.clear();
    room.memo.count = 0;
    room.python_memo.count = 0;
    room.python_memo.thread = 0;
    walk_native(registers_of(call), thread.stack, room.memo, room.native, &room.copies);
    walk_python_here({.native = room.native,
                      .stack = thread.stack,
                      .memo = room.python_memo,
                      .other = thread.pthread,
                      .copies = &room.copies},
                     room.python);
    stitch(room.native, room.python, room.merged);
    keep_wanted(room.merged);
}

std::uint64_t cpu_time(const ThreadState& thread) { return sys::now(sys::cpu_clock_of(thread.tid)); }

wire::Special reason_here(const SystemCall& call) {
    const cpython::PythonRuntime* runtime = python_runtime.load(std::memory_order_acquire);
    return runtime == nullptr ? reason_of(call, 0, 0) : reason_of(call, runtime->begin, runtime->end);
}

// Where the thread waits, 0 if it runs or did not stand still.
std::uint32_t find_wait(ThreadState& thread, std::uint64_t cpu_ns, const InsideAgent& inside) {
    char before[line_bytes], after[line_bytes];
    SystemCall call;
    const ObjectReader reader{ObjectReader::visitor};
    read_file_of(thread.tid, "syscall", before);
    if (!reader.may_read() || !parse_system_call(before, call) || !ensure_thread(thread, inside)) return 0;
    take_stack(thread, call);
    read_file_of(thread.tid, "syscall", after);
    if (!same(before, after) || cpu_time(thread) != cpu_ns) return 0;
    if (room.merged.has_python) thread.record->is_python = 1;
    if (thread.name == ThreadName::unknown) thread.name = name_python_thread(room.python, &room.copies, *thread.record);
    const std::uint32_t leaf = thread.tree.descend(room.merged).node;
    return thread.tree.step(leaf, wire::node_key::make_special(static_cast<std::uint64_t>(reason_here(call))));
}

std::uint32_t unknown_wait(ThreadState& thread) {
    const auto what = static_cast<std::uint64_t>(wire::Special::waiting);
    return thread.tree.step(thread.tree.root(), wire::node_key::make_special(what));
}

void charge_off_cpu(ThreadState& thread, std::uint32_t node, std::uint64_t amount) {
    thread.tree.charge_extra(node, process.off_cpu_metric, amount);
    const std::uint64_t sum = thread.waiting.part_ns + amount;
    thread.waiting.part_ns = sum % process.period_ns;
    count_moment(thread.waiting.seen_ns, node, sum / process.period_ns);
}

void charge(ThreadState& thread, std::uint32_t node, std::int64_t amount) {
    if (node == 0 || amount <= 0) return;
    thread.tree.charge(node, 1, 0);
    charge_off_cpu(thread, node, static_cast<std::uint64_t>(amount));
    thread.waiting.open_ns -= amount;
}

// Nobody was there to look at the thread, between a fork and the next sample say.
void charge_unseen(ThreadState& thread, const InsideAgent& inside) {
    thread.waiting.node = 0;
    if (!ensure_thread(thread, inside)) return;
    charge(thread, unknown_wait(thread), thread.waiting.open_ns);
}

// All of it, with the time that it waited for a processor.
std::uint64_t take_open(Waiting& waiting) {
    const std::uint64_t waited = waiting.open_ns > 0 ? static_cast<std::uint64_t>(waiting.open_ns) : 0;
    const std::uint64_t taken = waited + waiting.queue_ns;
    waiting.open_ns = 0;
    waiting.queue_ns = 0;
    return taken;
}

// A thread without a tree leaves its time to the next that ends, or is charged where no room was needed.
void leave_open(ThreadState& thread) {
    const std::uint64_t waited = take_open(thread.waiting);
    if (thread.no_room)
        std::atomic_ref{process.arena.header()->unplaced[process.off_cpu_metric]}.fetch_add(waited);
    else
        process.unsettled_waits_ns.fetch_add(waited);
}

void begin(ThreadState& thread) {
    thread.waiting = {};
    thread.waiting.tid = thread.tid;
    thread.waiting.seen_ns = thread.started_ns;
    thread.waiting.seen_cpu_ns = thread.cpu_base_ns;
}

// Brings the figures up to `now_ns`. True: the thread ran since the last look.
bool bring_up(ThreadState& thread, std::uint64_t now_ns, std::uint64_t cpu_ns) {
    Waiting& waiting = thread.waiting;
    const bool ran = cpu_ns != waiting.seen_cpu_ns;
    waiting.open_ns +=
        static_cast<std::int64_t>(now_ns - waiting.seen_ns) - static_cast<std::int64_t>(cpu_ns - waiting.seen_cpu_ns);
    waiting.seen_ns = now_ns;
    waiting.seen_cpu_ns = cpu_ns;
    if (!ran || waiting.open_ns < negligible_ns) return ran;
    const std::uint64_t queue_ns = queue_time_of(thread.tid);
    const auto queued = static_cast<std::int64_t>(queue_ns - waiting.seen_queue_ns);
    waiting.seen_queue_ns = queue_ns;
    const std::int64_t known = queued < waiting.open_ns ? queued : waiting.open_ns;
    if (known <= 0) return true;
    waiting.open_ns -= known;
    waiting.queue_ns += static_cast<std::uint64_t>(known);
    return true;
}

}  // namespace

void look_at(ThreadState& thread, std::uint64_t now_ns) {
    if (thread.waiting.tid == thread.tid && now_ns < thread.waiting.next_look_ns) return;
    const InsideAgent inside{thread, InsideAgent::visitor};
    const std::uint64_t cpu_ns = inside.entered() && !thread.ended ? cpu_time(thread) : 0;
    if (cpu_ns == 0) return;
    if (thread.waiting.tid != thread.tid) begin(thread);
    Waiting& waiting = thread.waiting;
    const bool was_away = now_ns - waiting.seen_ns > longest_gap_ns && now_ns - waiting.seen_ns > 4 * process.period_ns;
    const bool ran = bring_up(thread, now_ns, cpu_ns);
    if (was_away && ran) charge_unseen(thread, inside);
    if (ran && waiting.open_ns < negligible_ns) {
        waiting.node = 0;  // it ran all the time
    } else if (ran || waiting.node == 0) {
        const std::uint32_t before = waiting.node;
        waiting.node = find_wait(thread, cpu_ns, inside);
        waiting.began_ns = now_ns;
        if (before != 0) charge(thread, before, waiting.node == 0 ? waiting.open_ns : waiting.open_ns / 2);
    }
    charge(thread, waiting.node, waiting.open_ns);
    const std::uint64_t pause = (now_ns - waiting.began_ns) / age_share;
    waiting.next_look_ns = waiting.node == 0 ? 0 : now_ns + (pause < longest_pause_ns ? pause : longest_pause_ns);
}

void watch_from_now(ThreadState& thread) {
    thread.waiting = {};
    if (process.off_cpu_metric == no_metric) return;
    thread.waiting.tid = thread.tid;
    thread.waiting.seen_ns = sys::monotonic_now();
    thread.waiting.seen_cpu_ns = cpu_time(thread);
    thread.waiting.seen_queue_ns = queue_time_of(thread.tid);
}

void charge_rest_of_waits(ThreadState& thread, std::uint64_t now_ns) {
    if (process.off_cpu_metric == no_metric) return;
    if (thread.waiting.tid != thread.tid) begin(thread);
    const std::uint64_t cpu_ns = cpu_time(thread);
    if (cpu_ns == 0) return;
    bring_up(thread, now_ns, cpu_ns);
    if (!thread.tree.started()) return leave_open(thread);
    const std::uint64_t left = process.unsettled_waits_ns.exchange(0);
    if (left != 0) thread.tree.charge_extra(unknown_wait(thread), process.off_cpu_metric, left);
    const std::uint32_t node = thread.waiting.node != 0 ? thread.waiting.node : unknown_wait(thread);
    charge_queue(thread, node);
    charge(thread, node, thread.waiting.open_ns);
}

[[gnu::hot]] void charge_queue(ThreadState& thread, std::uint32_t node) {
    if (thread.waiting.queue_ns == 0) return;
    charge_off_cpu(thread, node, thread.waiting.queue_ns);
    thread.waiting.queue_ns = 0;
}

namespace {

// A number in the base that it says itself: "0x…" or decimal, with a minus.
bool parse_number(const char*& at, std::uint64_t& value) {
    while (*at == ' ') ++at;
    const bool negative = *at == '-';
    if (negative) ++at;
    const bool hex = at[0] == '0' && at[1] == 'x';
    if (hex) at += 2;
    const char* const begin = at;
    value = 0;
    for (;; ++at) {
        const unsigned digit = *at >= '0' && *at <= '9'          ? static_cast<unsigned>(*at - '0')
                               : hex && *at >= 'a' && *at <= 'f' ? static_cast<unsigned>(*at - 'a' + 10)
                                                                 : 16;
        if (digit == 16) break;
        value = value * (hex ? 16 : 10) + digit;
    }
    if (negative) value = 0 - value;
    return at != begin;
}

bool is_one_of(std::int64_t number, std::initializer_list<std::int64_t> numbers) {
    for (const std::int64_t each : numbers)
        if (each == number) return true;
    return false;
}

// Whether a call that waits for descriptors was given none: a way to sleep.
bool waits_for_nothing(const SystemCall& call) {
    if (is_one_of(call.number, {SYS_select, SYS_pselect6})) return call.arguments[0] == 0;
    if (is_one_of(call.number, {SYS_poll, SYS_ppoll})) return call.arguments[1] == 0;
    return false;
}

}  // namespace

bool parse_system_call(const char* line, SystemCall& call) {
    std::uint64_t number = 0;
    if (!parse_number(line, number)) return false;
    call.number = static_cast<std::int64_t>(number);
    for (std::uint64_t& argument : call.arguments) {
        argument = 0;
        if (call.number >= 0 && !parse_number(line, argument)) return false;
    }
    return parse_number(line, call.sp) && parse_number(line, call.pc) && call.sp != 0;
}

wire::Special reason_of(const SystemCall& call, std::uint64_t interpreter_begin, std::uint64_t interpreter_end) {
    using wire::Special;
    if (call.number == SYS_futex) {
        const std::uint64_t word = call.arguments[0];
        return word >= interpreter_begin && word < interpreter_end ? Special::waiting_for_gil
                                                                   : Special::waiting_for_lock;
    }
    if (waits_for_nothing(call) ||
        is_one_of(call.number, {SYS_nanosleep, SYS_clock_nanosleep, SYS_pause, SYS_rt_sigtimedwait, SYS_rt_sigsuspend}))
        return Special::sleeping;
    if (is_one_of(call.number, {SYS_wait4, SYS_waitid})) return Special::waiting_for_process;
    if (is_one_of(call.number, {SYS_flock, SYS_semop, SYS_semtimedop})) return Special::waiting_for_lock;
    if (is_one_of(call.number, {-1, SYS_munmap, SYS_mmap, SYS_mprotect, SYS_brk, SYS_sched_yield, SYS_exit}))
        return Special::waiting;
    return Special::waiting_for_io;
}

}  // namespace pyprof::capture
