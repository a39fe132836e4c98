#pragma once
// What every handler of the process shares. One object, in static memory, filled before the first thread is armed.
#include <atomic>
#include <cstdint>

#include "agent/capture/arena.h"
#include "agent/capture/call_tree.h"
#include "agent/capture/moments.h"

namespace pyprof::capture {

// The recording comes into being at the first sample, in whichever handler gets there first.
enum class RecordingState : std::uint32_t { closed, opening, open, failed };

inline constexpr std::uint32_t own_thread_slots = 2;
inline constexpr std::uint32_t no_metric = 0xffffffff;

struct alignas(64) ProcessState {
    // What every sample touches stands together.
    std::atomic<RecordingState> recording{RecordingState::closed};
    bool native = true;  // false: stop at the Python frames
    std::atomic<bool> slices_folding{false};
    std::atomic<bool> stopping{false};  // threads are being disarmed: no handler arms its own again
    std::uint64_t started_ns = 0, started_ticks = 0;
    std::uint64_t period_ns = 0;
    std::atomic<std::uint64_t> next_scan_ns{0};     // when a handler looks for unknown threads again
    std::atomic<std::uint64_t> next_figures_ns{0};  // when a handler updates the figures again
    std::atomic<std::uint64_t> unexplained_ns{0};   // CPU time without samples, when a handler looked last
    Moments moments;
    Arena arena;

    std::uint64_t started_realtime_ns = 0;
    TreeBudget budget;
    std::uint64_t memory_cap = 16u << 20;  // bytes of recording and indexes together

    int pid = 0;
    int signal = 0;  // that all engines raise
    std::uint32_t ticks_per_second = 0;
    wire::Engine engine = wire::Engine::cpu;
    std::int32_t rank = -1, rank_count = 0;
    std::uint32_t rank_confirmed = 0;
    std::uint64_t cpu_base_ns = 0;      // CPU time of the program before this recording
    std::uint64_t own_cpu_base_ns = 0;  // of the agent's own threads likewise
    std::uint64_t watched_from_ns = 0;  // CLOCK_MONOTONIC at its beginning
    // Of ended threads without a tree or record: their time off the CPU, which the next that ends takes; lifetimes.
    std::atomic<std::uint64_t> unsettled_waits_ns{0};
    std::atomic<std::uint64_t> unrecorded_thread_ns{0};

    // Values that follow every node, as the header names them.
    wire::MetricInfo metrics[wire::max_extra_metrics] = {};
    std::uint32_t off_cpu_metric = no_metric;  // which of them is the time off the CPU
    wire::Clock clock = wire::Clock::cpu;
    wire::CallClock call_clock = wire::CallClock::ticks;

    std::int32_t python_version = 0;  // PY_VERSION_HEX, 0: none found so far
    bool free_threaded = false;       // it was built without its lock

    std::atomic<std::uint32_t> live_threads{0};  // threads that have a ThreadState
    // Threads of the agent's own: their ids, 0 where there is none (the kernel clears them), and what ended ones used.
    std::atomic<std::uint32_t> own_threads[own_thread_slots]{};
    std::atomic<std::uint64_t> ended_own_cpu_ns{0};
    std::atomic<std::uint32_t> next_thread{1};  // ThreadRecord::index
    // Losses before there is a recording to count them in; moved into it when it is opened.
    std::atomic<std::uint64_t> early_losses[wire::loss_slots]{};
};

extern ProcessState process;

// What a recording says in words. Apart from ProcessState, which every sample touches.
struct ProcessTexts {
    char recording_path[1024] = {};  // "" : plain memory
    char fallback_path[1024] = {};
    char job[128] = {};
    char host[128] = {};
    char script[512] = {};
    char executable[1024] = {};
    char engine_reason[256] = {};    // why not another one
    char counter_message[512] = {};  // events that cannot be counted
    char python_message[256] = {};   // why Python frames are not read
};

extern ProcessTexts process_texts;

// Adds to a loss counter. Any thread, async-signal-safe.
void count_loss(wire::Loss loss, std::uint64_t amount = 1);

// Time stamp counter; converted with RecordingHeader::ticks_per_ms.
inline std::uint64_t ticks() { return __builtin_ia32_rdtsc(); }

}  // namespace pyprof::capture
