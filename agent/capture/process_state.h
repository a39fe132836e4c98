#pragma once
// What every handler of the process shares. One object, in static memory, filled before the first timer is armed.
#include <atomic>
#include <cstdint>

#include "agent/capture/arena.h"
#include "agent/capture/call_tree.h"

namespace pyprof::capture {

// The recording comes into being at the first sample, in whichever handler gets there first.
enum class RecordingState : std::uint32_t { closed, opening, open, failed };

struct alignas(64) ProcessState {
    // What every sample touches stands together.
    std::atomic<RecordingState> recording{RecordingState::closed};
    bool native = true;  // false: stop at the Python frames
    std::atomic<bool> slices_folding{false};
    std::uint64_t started_ns = 0;
    std::atomic<std::uint64_t> next_scan_ns{0};     // when a handler looks for unknown threads again
    std::atomic<std::uint64_t> next_figures_ns{0};  // when a handler updates the figures again
    std::atomic<std::uint64_t> figures_ticks{0};    // ticks() when one did so last
    Arena arena;

    std::uint64_t started_realtime_ns = 0, started_ticks = 0;
    TreeBudget budget;
    std::uint64_t memory_cap = 16u << 20;  // bytes of recording and indexes together

    int pid = 0;
    int signal = 0;  // the timers' real-time signal
    std::uint64_t period_ns = 0;
    std::uint32_t ticks_per_second = 0;
    std::int32_t rank = -1, rank_count = 0;
    std::uint32_t rank_confirmed = 0;
    std::uint64_t cpu_base_ns = 0;  // CPU time of the process before it was profiled

    std::int32_t python_version = 0;  // PY_VERSION_HEX, 0: none found so far
    char python_message[256] = {};    // why its frames are not read

    char recording_path[1024] = {};  // "" : plain memory
    char fallback_path[1024] = {};
    char job[128] = {};
    char host[128] = {};
    char script[512] = {};
    char executable[1024] = {};

    std::atomic<std::uint32_t> live_threads{0};  // threads that have a ThreadState
    std::atomic<std::uint32_t> next_thread{1};   // ThreadRecord::index
    // Losses before there is a recording to count them in; moved into it when it is opened.
    std::atomic<std::uint64_t> early_losses[wire::loss_slots]{};
};

extern ProcessState process;

// Adds to a loss counter. Any thread, async-signal-safe.
void count_loss(wire::Loss loss, std::uint64_t amount = 1);

// Time stamp counter; converted with RecordingHeader::ticks_per_us.
inline std::uint64_t ticks() { return __builtin_ia32_rdtsc(); }

}  // namespace pyprof::capture
