#include "agent/preload/threads.h"

#include <pthread.h>
#include <sys/auxv.h>

#include "agent/capture/figures.h"
#include "agent/capture/handler.h"
#include "agent/capture/memory.h"
#include "agent/capture/process_state.h"
#include "agent/capture/syscalls.h"
#include "agent/counters/events.h"
#include "agent/discover/text.h"
#include "agent/preload/sampler.h"
#include "agent/preload/timers.h"

namespace pyprof::preload {
namespace {

using capture::InsideAgent;
using capture::process;
using capture::process_texts;
using capture::ThreadState;
namespace sys = capture::sys;

constexpr std::uint32_t max_threads = 4096;
constexpr std::uint32_t quick_spares = 64;    // unused states that keep their memory
constexpr std::uint32_t max_kept_trees = 64;  // ended threads that keep a tree of their own
constexpr std::uint64_t youngest_adopted_ns = 2'000'000;
constexpr std::uint64_t smallest_stack = 64u << 10;

std::atomic<ThreadState*> threads[max_threads];
std::atomic<ThreadState*> spare[max_threads];  // states outlive their threads: other threads may be looking at them
EngineChoice engines;
std::atomic<std::int64_t> unsettled_ns{0};  // CPU time of ended threads minus what was charged for it
std::atomic<std::uint32_t> kept_trees{0};

// CPU time of the process that belongs to threads as far as the agent saw them. What the process used beyond it went
// into the ends of threads after end_thread: giving back a stack, leaving the kernel.
std::atomic<std::uint64_t> accounted_ns{0};
std::atomic<std::uint32_t> ended_threads{0};       // since that was last settled
constexpr std::uint64_t longest_end_ns = 100'000;  // of one thread; more is somebody else's and stays unsampled

thread_local ThreadState* current [[gnu::tls_model("initial-exec")]] = nullptr;

// The tree into which ended threads are folded, and its lock; never taken in a handler.
struct EndedThreads {
    std::atomic_flag locked = ATOMIC_FLAG_INIT;
    capture::CallTree tree;
    capture::CallCounts calls;
    wire::ThreadRecord* record = nullptr;
} ended;

class EndedLock {
public:
    EndedLock() {
        while (ended.locked.test_and_set(std::memory_order_acquire)) sys::call(SYS_sched_yield);
    }
    ~EndedLock() { ended.locked.clear(std::memory_order_release); }
    EndedLock(const EndedLock&) = delete;
    EndedLock& operator=(const EndedLock&) = delete;
};

ThreadState* acquire_state() {
    for (auto& slot : spare) {
        if (slot.load(std::memory_order_relaxed) == nullptr) continue;
        if (ThreadState* state = slot.exchange(nullptr)) return state;
    }
    return static_cast<ThreadState*>(sys::map_anonymous(sizeof(ThreadState)));
}

void forget_content(ThreadState& state) {
    state.tree.freeze();
    state.tree.forget();
    state.calls.freeze();
    state.calls.forget();
}

void release_state(ThreadState* state) {
    forget_content(*state);
    for (std::uint32_t i = 0; i < max_threads; ++i) {
        if (i == quick_spares) sys::call(SYS_madvise, sys::word(state), sizeof(ThreadState), MADV_DONTNEED);
        ThreadState* empty = nullptr;
        if (spare[i].load(std::memory_order_relaxed) == nullptr && spare[i].compare_exchange_strong(empty, state))
            return;
    }
}

bool enlist(ThreadState* state) {
    for (auto& slot : threads) {
        ThreadState* empty = nullptr;
        if (slot.load(std::memory_order_relaxed) == nullptr && slot.compare_exchange_strong(empty, state)) return true;
    }
    return false;
}

void delist(const ThreadState* state) {
    for (auto& slot : threads)
        if (slot.load(std::memory_order_relaxed) == state) slot.store(nullptr, std::memory_order_release);
}

template <class Action>
void for_each_thread(Action action) {
    for (auto& slot : threads)
        if (ThreadState* state = slot.load(std::memory_order_acquire)) action(*state);
}

bool is_known(int tid) {
    bool known = false;
    for_each_thread([&](const ThreadState& state) { known = known || state.tid == tid; });
    return known;
}

bool is_own(int tid) {
    for (const auto& slot : process.own_threads)
        if (slot.load() == static_cast<std::uint32_t>(tid)) return true;
    return false;
}

// Below its end the kernel maps nothing else into this much (mmap_base in arch/x86/mm/mmap.c); a deeper main stack is
// read with probes.
constexpr std::uint64_t main_stack_bytes = 128u << 20;

// The main thread's stack ends at the strings that the kernel put there; other threads know theirs.
capture::StackBounds stack_of_this_thread() {
    pthread_attr_t attributes;
    if (sys::get_tid() == process.pid) {
        const std::uint64_t strings = getauxval(AT_EXECFN);
        const std::uint64_t top = (strings + wire::page_bytes) / wire::page_bytes * wire::page_bytes;
        return {top - main_stack_bytes, top};
    }
    void* low = nullptr;
    std::size_t bytes = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return {};
    pthread_attr_getstack(&attributes, &low, &bytes);
    pthread_attr_destroy(&attributes);
    return {reinterpret_cast<std::uint64_t>(low), reinterpret_cast<std::uint64_t>(low) + bytes};
}

// Says once that the system refused the engine for some threads.
void state_fallback() {
    if (process_texts.engine_reason[0] != '\0') return;
    discover::TextBuilder{process_texts.engine_reason, sizeof process_texts.engine_reason}
        .add("a limit of the system refused ")
        .add(engines.engine->name)
        .add(" for some threads, which ")
        .add(engines.fallback->name)
        .add(" took");
    capture::update_facts();
}

// The moment within the period is random from the start: threads of equal short lives are not all missed or all hit.
void arm(ThreadState& state, std::uint64_t from_ns) {
    state.arming.random.seed(static_cast<std::uint64_t>(state.tid) ^ capture::ticks());
    for (const capture::Engine* engine : {engines.engine, engines.fallback}) {
        if (engine == nullptr) continue;
        state.arming.engine.store(engine, std::memory_order_release);  // before the first signal
        if (!engine->arm(state, from_ns)) continue;
        if (engine == engines.fallback) state_fallback();
        return;
    }
    state.arming.engine.store(nullptr);
    capture::count_loss(wire::Loss::thread_unarmed);
}

void disarm(ThreadState& state) {
    if (const capture::Engine* engine = state.arming.engine.load()) engine->disarm(state);
}

ThreadState* make_state(int tid) {
    process.live_threads.fetch_add(1);
    ThreadState* state = acquire_state();
    if (state == nullptr) return nullptr;
    state->begin(tid);
    state->started_ns = sys::monotonic_now();
    if (enlist(state)) return state;
    release_state(state);
    return nullptr;
}

void start_ended_tree() {
    if (ended.record != nullptr) return;
    auto* record = static_cast<wire::ThreadRecord*>(process.arena.reserve_record(sizeof(wire::ThreadRecord)));
    if (record == nullptr) return;
    record->header.kind = wire::RecordKind::thread;
    record->index = process.next_thread.fetch_add(1);
    record->state = wire::ThreadState::folded;
    discover::TextBuilder{record->name, sizeof record->name}.add("ended threads");
    ended.tree.start(process.arena, process.budget, record->index,
                     wire::node_key::make_special(static_cast<std::uint64_t>(wire::Special::ended_threads)));
    record->root = ended.tree.root();
    capture::Arena::commit_record(record, sizeof *record);
    ended.record = record;
}

// Contexts that started threads may lie in the tree that just moved.
void repair_spawners(std::uint32_t tree) {
    for_each_thread([tree](ThreadState& other) {
        other.spawned_by = capture::CallTree::moved_to(process.arena, other.spawned_by, tree);
        if (other.record != nullptr) other.record->spawned_by = other.spawned_by;
    });
}

// Into the tree of ended threads; moments follow before the nodes are gone.
void fold(ThreadState& state, capture::HeldMoments& moments) {
    ended.tree.absorb(state.tree);
    const std::uint64_t lost = ended.calls.absorb(state.calls, process.arena, process.budget, ended.record->index);
    if (lost != 0) capture::count_loss(wire::Loss::calls_uncounted, lost);
    repair_spawners(state.record->index);
    const std::uint64_t placeless = moments.follow(capture::moment_table(), process.arena,
                                                   capture::moment_time(state.started_ns), state.record->index);
    if (placeless != 0) capture::count_loss(wire::Loss::moment_skipped, placeless);
    state.tree.discard();
    state.record->root = 0;
    state.record->state = wire::ThreadState::folded;
    ++ended.record->armed;  // how many threads are folded in
    ended.record->cpu_ns += state.record->cpu_ns;
}

void keep_or_fold(ThreadState& state) {
    if (state.record == nullptr) return;
    state.record->state = wire::ThreadState::ended;
    if (kept_trees.fetch_add(1) < max_kept_trees) return;
    const EndedLock lock;
    capture::HeldMoments moments{process.moments};
    start_ended_tree();
    if (moments.held() && ended.record != nullptr) fold(state, moments);
}

// What the thread used and was not charged is carried over to the next that ends; whole periods are charged here.
void settle(ThreadState& state, std::uint64_t cpu_ns, const InsideAgent& inside) {
    const auto charged = static_cast<std::int64_t>(state.counted * process.period_ns);
    const auto period = static_cast<std::int64_t>(process.period_ns);
    const std::int64_t uncharged = static_cast<std::int64_t>(cpu_ns - state.cpu_base_ns) - charged;
    accounted_ns.fetch_add(cpu_ns - state.cpu_base_ns);
    const std::int64_t open = unsettled_ns.fetch_add(uncharged) + uncharged;
    const std::int64_t whole = open / period;
    if (whole <= 0) return;
    unsettled_ns.fetch_sub(whole * period);
    capture::charge_late(state, static_cast<std::uint64_t>(whole), inside);
}

// False: a handler of another thread was still running at `deadline_ns` (CLOCK_MONOTONIC).
bool wait_for_handlers(std::uint64_t deadline_ns) {
    for (;;) {
        bool busy = false;
        for_each_thread([&](const ThreadState& state) {
            busy = busy || (&state != current &&
                            (state.inside.load(std::memory_order_acquire) != 0 || state.counting.load() != 0));
        });
        if (!busy) return true;
        if (sys::monotonic_now() > deadline_ns) return false;
        sys::call(SYS_sched_yield);
    }
}

// Without it, processes that live for about a period would be seen too rarely.
void charge_overdue(ThreadState& state, const InsideAgent& inside) {
    const capture::Engine* engine = state.arming.engine.load();
    if (engine == nullptr || engine->overdue == nullptr || !inside.entered()) return;
    const std::uint64_t periods = engine->overdue(state, sys::now(CLOCK_THREAD_CPUTIME_ID));
    if (periods != 0) capture::charge_here(state, periods, capture::registers_here(), inside);
}

// After everybody else's time is accounted for: what the calling thread used is still open.
void settle_ends_of_threads() {
    const std::uint64_t own_ns = sys::now(CLOCK_THREAD_CPUTIME_ID) - current->cpu_base_ns;
    const std::uint64_t used_ns = capture::program_cpu_ns() - process.cpu_base_ns;
    const std::uint64_t known_ns = accounted_ns.load() + own_ns;
    const std::uint64_t most_ns = ended_threads.exchange(0) * longest_end_ns;
    if (used_ns <= known_ns) return;
    const std::uint64_t ends_ns = used_ns - known_ns < most_ns ? used_ns - known_ns : most_ns;
    accounted_ns.fetch_add(ends_ns);
    unsettled_ns.fetch_add(static_cast<std::int64_t>(ends_ns));
}

void count_unrecorded(const ThreadState& state) {
    const std::uint64_t from_ns =
        state.started_ns < process.watched_from_ns ? process.watched_from_ns : state.started_ns;
    process.unrecorded_thread_ns.fetch_add(sys::monotonic_now() - from_ns);
}

}  // namespace

void visit_threads(void (*visit)(ThreadState&, std::uint64_t), std::uint64_t argument) {
    for_each_thread([=](ThreadState& state) { visit(state, argument); });
}

ThreadState* this_thread() { return current; }

void set_engine(const EngineChoice& choice) { engines = choice; }

// Timers carry the state, which must be one that is still there; other signals carry nothing. The thread-local pointer
// is the quick answer, but a bare clone shares it with the thread that made it.
[[gnu::hot]] ThreadState* thread_of_signal(const siginfo_t& info) {
    samplers_come_back();
    const bool by_timer = info.si_code == SI_TIMER;
    auto* const named = by_timer ? static_cast<ThreadState*>(info.si_value.sival_ptr) : nullptr;
    const int tid = by_timer ? 0 : sys::get_tid();
    const auto fits = [=](const ThreadState& state) { return by_timer ? &state == named : state.tid == tid; };
    if (current != nullptr && fits(*current)) return current;
    ThreadState* found = nullptr;
    for_each_thread([&](ThreadState& state) { found = fits(state) ? &state : found; });
    return found;
}

void begin_thread(const ThreadOrigin& origin) {
    if (current != nullptr) return;
    ThreadState* state = make_state(sys::get_tid());
    if (state == nullptr) return;
    state->start_routine = origin.start_routine;
    state->spawned_by = origin.spawned_by;
    state->starter = origin.starter;
    state->cpu_base_ns = origin.cpu_base_ns;
    state->stack = stack_of_this_thread();
    state->pthread = pthread_self();
    current = state;
    sys::mask_signal(SIG_UNBLOCK, process.signal);
    counters::start_thread(state->counters);
    capture::begin_counters(*state);
    const bool roomy = state->stack.high - state->stack.low >= smallest_stack;
    if (roomy)
        arm(*state, origin.cpu_base_ns);
    else
        capture::count_loss(wire::Loss::stack_too_small);
}

void end_thread() {
    ThreadState* state = current;
    if (state == nullptr) return;
    sys::mask_signal(SIG_BLOCK, process.signal);
    disarm(*state);
    state->arming.engine.store(nullptr);
    current = nullptr;
    {
        const InsideAgent inside{*state, InsideAgent::wait};
        const std::uint64_t cpu_ns = sys::now(CLOCK_THREAD_CPUTIME_ID);
        if (process.pid == sys::get_pid()) settle(*state, cpu_ns, inside);
        capture::charge_last_counters(*state, inside);
        capture::charge_rest_of_waits(*state, sys::monotonic_now());
        state->ended = true;
        ended_threads.fetch_add(1);
        if (state->record != nullptr) {
            state->record->cpu_ns = cpu_ns;
            state->record->ended_ns = sys::monotonic_now();
            if (state->name != capture::ThreadName::of_threading)
                sys::call(SYS_prctl, 16 /* PR_GET_NAME */, sys::word(state->record->name));
        } else {
            count_unrecorded(*state);
        }
        keep_or_fold(*state);
    }
    counters::stop_thread(state->counters);
    delist(state);
    process.live_threads.fetch_sub(1);
    release_state(state);
}

// A thread of pthread_create that has not come to begin_thread yet would be charged twice if it were adopted; it gets
// there in far less CPU time than this.
void adopt(int tid) {
    if (is_known(tid) || is_own(tid) || cpu_time_of(tid) < youngest_adopted_ns) return;
    ThreadState* state = make_state(tid);
    if (state == nullptr) return;
    state->adopted = true;
    state->pending = cpu_time_of(tid) / process.period_ns;  // what it used so far; its first sample takes it
    arm(*state, state->pending * process.period_ns);
}

void adopt_from_now(int tid) {
    if (is_known(tid) || is_own(tid)) return;
    ThreadState* state = make_state(tid);
    if (state == nullptr) return;
    state->adopted = true;
    state->cpu_base_ns = cpu_time_of(tid);
    arm(*state, state->cpu_base_ns);
}

void drop_ended() {
    for_each_thread([](ThreadState& state) {
        if (!state.adopted || cpu_time_of(state.tid) != 0) return;
        const InsideAgent inside{state, InsideAgent::visitor};
        if (!inside.entered()) return;  // somebody looks at it; the next time
        state.ended = true;
        accounted_ns.fetch_add(state.counted * process.period_ns);
        disarm(state);
        if (state.record != nullptr) {
            state.record->state = wire::ThreadState::ended;
            state.record->ended_ns = sys::monotonic_now();
        }
        delist(&state);
        process.live_threads.fetch_sub(1);
        release_state(&state);
    });
}

bool stop_sampling() {
    // First nobody arms himself again, then nobody is armed, then the last signals are over.
    process.stopping.store(true);
    const std::uint64_t deadline = sys::monotonic_now() + 20'000'000;
    const bool held = wait_for_handlers(deadline);
    for_each_thread(disarm);
    return wait_for_handlers(deadline) && held;
}

void restart_sampling() {
    process.stopping.store(false);
    for_each_thread([](ThreadState& state) {
        if (state.arming.engine.load() != nullptr) arm(state, cpu_time_of(state.tid));
    });
}

void settle_process() {
    ThreadState* state = current;
    if (state == nullptr) return;
    const InsideAgent inside{*state};
    charge_overdue(*state, inside);
    if (process.recording.load() != capture::RecordingState::open) return;
    const std::uint64_t now_ns = sys::monotonic_now();
    for_each_thread([&](ThreadState& other) {
        capture::charge_rest_of_waits(other, now_ns);
        if (&other == state) return;
        const std::uint64_t cpu_ns = cpu_time_of(other.tid);
        if (cpu_ns == 0) return;
        const auto charged = static_cast<std::int64_t>(other.counted * process.period_ns);
        unsettled_ns.fetch_add(static_cast<std::int64_t>(cpu_ns - other.cpu_base_ns) - charged);
        accounted_ns.fetch_add(cpu_ns - other.cpu_base_ns);
        other.cpu_base_ns = cpu_ns;
        other.counted = 0;
    });
    capture::charge_last_counters(*state, inside);
    settle_ends_of_threads();
    const std::uint64_t cpu_ns = sys::now(CLOCK_THREAD_CPUTIME_ID);
    settle(*state, cpu_ns, inside);
    state->cpu_base_ns = cpu_ns;
    state->counted = 0;
}

namespace {

void copy_kernel_name(const ThreadState& state) {
    char path[64];
    discover::TextBuilder{path, sizeof path}
        .add("/proc/self/task/")
        .add(static_cast<std::uint64_t>(state.tid))
        .add("/comm");
    const int fd = sys::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    const long got = sys::read(fd, state.record->name, sizeof state.record->name - 1);
    if (got > 0) state.record->name[got - 1] = '\0';  // the file ends with a newline
    sys::close(fd);
}

}  // namespace

void update_records() {
    for_each_thread([](ThreadState& state) {
        const bool wanted = process.clock == wire::Clock::wall || capture::is_of_pool(state);
        if (state.record == nullptr && wanted) {
            const InsideAgent inside{state, InsideAgent::visitor};
            if (inside.entered()) capture::ensure_record(state, inside);
        }
        if (state.record == nullptr) return;
        if (state.name != capture::ThreadName::of_threading) copy_kernel_name(state);
        state.record->cpu_ns = cpu_time_of(state.tid);
    });
}

void forget_recording() {
    for_each_thread([](ThreadState& state) {
        state.record = nullptr;
        state.no_room = false;
        state.spawned_by = 0;
        capture::watch_from_now(state);
        forget_content(state);
    });
    ended.tree.freeze();
    ended.tree.forget();
    ended.calls.freeze();
    ended.calls.forget();
    ended.record = nullptr;
    kept_trees.store(0);
    accounted_ns.store(0);
    ended_threads.store(0);
    process.next_thread.store(1);
}

void threads_after_fork(bool in_child) {
    if (engines.engine->after_fork != nullptr) engines.engine->after_fork(in_child);
}

void keep_only_this_thread() {
    ended.locked.clear();
    capture::SharedCopies::forget();
    ThreadState* mine = current;
    for_each_thread([mine](ThreadState& state) {
        state.arming.forget();  // nothing of it is inherited
        if (&state == mine) return;
        counters::abandon_after_fork(state.counters);
        delist(&state);
        release_state(&state);
    });
    unsettled_ns.store(0);
    process.live_threads.store(mine == nullptr ? 0 : 1);
    if (mine == nullptr) return;
    mine->tid = sys::get_tid();
    mine->counted = mine->pending = mine->cpu_base_ns = 0;
    mine->start_routine = mine->starter = 0;
    mine->driver.starter = 0;
    counters::restart_after_fork(mine->counters);
    capture::begin_counters(*mine);
    mine->started_ns = sys::monotonic_now();
    sys::mask_signal(SIG_UNBLOCK, process.signal);
    process.stopping.store(false);
    arm(*mine, 0);
}

}  // namespace pyprof::preload
