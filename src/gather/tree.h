#pragma once
// A gathered tree: recordings of any number of processes in one address-free calling context tree, with values per
// thread. It is what leaves a rank (over MPI or as a file), so nothing in it depends on where a library was loaded or
// on live memory. Naming (functions, native lines) comes later, in src/merge.
//
// Plain values; used by the launcher, by libpyprof-mpi at MPI_Finalize and by pyprof-analyze. Not for the signal side.
#include <cstdint>
#include <string>
#include <vector>

#include "wire/recording.h"

namespace pyprof::gather {

struct Module {
    std::string path;
    std::string build_id;        // lower-case hex, empty if the file has none
    std::uint64_t identity = 0;  // for files without build id
    std::uint32_t flags = 0;     // wire::module_flags
    friend auto operator<=>(const Module&, const Module&) = default;
};

// A Python function: what its code object says. A function that a JIT compiler made: its linkage name is `name`, there
// is no `qualname`, and file and line are there if the compiler told them.
struct Code {
    std::string file;
    std::string name;      // co_name
    std::string qualname;  // co_qualname, or co_name before 3.11
    std::int32_t first_line = 0;
    friend auto operator<=>(const Code&, const Code&) = default;
};

enum class KeyKind : std::uint32_t { root = 0, native = 1, python = 2, special = 3 };

// What a context stands for. native: `index` is a module (no_module for code outside every file), `value` the module
// offset (or raw address) and `flags`; python: `index` is a code, `value` the line, and the flag `jit`, perhaps with
// others, if it ran as machine code; special: `value` is wire::Special, except for thread_root and ended_threads, which
// are dissolved while gathering.
struct Key {
    KeyKind kind = KeyKind::root;
    std::uint32_t index = 0;
    std::uint64_t value = 0;
    std::uint32_t flags = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
};
inline constexpr std::uint32_t no_module = 0xffffffff;
namespace key_flags {
inline constexpr std::uint32_t return_address = 1;
inline constexpr std::uint32_t guessed = 2;
inline constexpr std::uint32_t jit = 4;
}  // namespace key_flags

struct Context {
    std::uint32_t parent = 0;  // smaller than the context's own id; contexts[0] is the root, its own parent
    Key key;
};

// Exclusive figures of one context on one thread. Sorted by (context, thread), unique.
struct Value {
    std::uint32_t context = 0;
    std::uint32_t thread = 0;
    std::uint64_t samples = 0;    // without overruns
    std::uint64_t weight_ns = 0;  // of a CPU clock: expiries × period; of a wall clock: the time off the CPU as well
};

// Exclusive figures of a metric other than the time that was sampled, in the same form: `weight_ns` is in its own unit.
struct Measure {
    std::string name;
    wire::MetricUnit unit = wire::MetricUnit::count;
    std::vector<Value> values;
};

// Calls of one function of MPI by one thread from one place, alike in size, peer and communicator; fields as in
// wire::CallRow. Sorted by (context, name, ranks, peer, size class, thread), unique. Their contexts stand directly
// below the root and have no values: a Python line, or the native caller where there was none.
struct Call {
    std::uint32_t context = 0;
    std::uint32_t thread = 0;
    std::string name;
    std::uint32_t ranks = 0;
    wire::CallPeer peer = wire::CallPeer::nobody;
    std::uint8_t size_class = 0;
    wire::CallKind kind = wire::CallKind::start;
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
    std::uint64_t time_ns = 0;  // without synchronising_ns
    std::uint64_t shortest_ns = 0, longest_ns = 0;
    std::uint64_t synchronising_ns = 0;
};

// When a sample was taken and where: an even choice of a process's samples (wire::moment_entry). Sorted by (process,
// time, thread, context, shift).
struct Moment {
    std::uint32_t time = 0;  // since the process's start, in units of 2^wire::moment_entry::unit_shift ns
    std::uint32_t context = 0;
    std::uint32_t thread = 0;
    std::uint32_t shift = 0;  // it stands for 2^shift periods of its process; below 64
};

// What a thread gave up to the sums over all ranks.
struct SummedValues {
    std::uint64_t samples = 0;
    std::uint64_t weight_ns = 0;
    std::uint64_t mpi_ns = 0;  // the part of it in an MPI library, below the innermost Python frame
    friend auto operator<=>(const SummedValues&, const SummedValues&) = default;
};

struct Thread {
    std::uint32_t process = 0;
    std::int32_t tid = 0;  // 0: ended threads folded together
    std::string name;
    std::uint32_t spawned_by = 0;  // context that created it, 0 unknown
    std::uint32_t folded = 0;      // number of ended threads this entry stands for, 0 for a thread of its own
    bool is_python = false;
    std::uint32_t started_in = 0;                // module of its start routine + 1, 0 unknown
    std::uint64_t started_ns = 0, ended_ns = 0;  // since the process's start; ended 0: unknown
    std::uint64_t cpu_ns = 0;                    // 0: unknown
    SummedValues summed{};
};

struct Slices {  // time slices of one process; empty when there was no sample
    std::uint64_t width_ns = 0;
    std::vector<std::uint32_t> counts;  // slice-major, wire::SliceCategory::count columns
};

struct Process {
    std::int32_t rank = -1;
    std::int32_t rank_count = 0;  // with rank -1: MPI_Comm_spawn started this process and others, so many in all
    std::int32_t pid = 0, parent_pid = 0;
    std::string host;
    std::string job;
    std::string script;
    std::string executable;
    std::string working_directory;
    std::vector<std::string> command;
    std::int32_t python_version = 0;
    std::string python_message;  // why Python frames are off, empty if they are on
    wire::ProcessState state = wire::ProcessState::running;
    wire::Clock clock = wire::Clock::cpu;
    wire::Engine engine = wire::Engine::cpu;
    std::string engine_reason;  // why not another one, empty if none was wanted
    std::uint64_t period_ns = 0;
    std::uint64_t started_realtime_ns = 0;
    std::uint64_t wall_ns = 0;
    std::uint64_t cpu_ns = 0;
    std::uint64_t max_rss_bytes = 0;
    std::uint64_t run_delay_ns = 0;
    std::uint64_t thread_ns = 0;  // of a wall clock: lifetimes of all threads
    std::uint64_t samples = 0, expiries = 0;
    std::uint64_t exact_stitches = 0, native_only = 0;
    std::uint64_t handler_ns = 0;
    std::vector<std::uint64_t>
        handler_histogram;              // wire::handler_buckets, in nanoseconds: bucket i is [2^(i/4), 2^((i+1)/4)) ns
    std::vector<std::uint64_t> losses;  // wire::loss_slots
    Slices slices;
    std::uint64_t damaged_bytes = 0;  // bytes of the recording that could not be read
};

// Whether it is no process but stands for all ranks: the thread below has the sums of their small values (fold.h).
inline bool stands_for_ranks(const Process& process) { return process.pid == 0 && process.host.empty(); }

struct Tree {
    std::vector<Module> modules;
    std::vector<Code> codes;
    std::vector<Context> contexts;  // never empty
    std::vector<Value> values;
    std::vector<Thread> threads;
    std::vector<Process> processes;
    std::vector<std::string> notes;   // what a user must know (missing ranks, damage), plain sentences
    std::vector<Measure> measures{};  // by name, each name once
    std::vector<Call> calls{};
    std::vector<Moment> moments{};
};

// The CPU time: of a wall clock it stands beside the values.
inline const std::vector<Value>& cpu_values(const Tree& tree) {
    for (const Measure& measure : tree.measures)
        if (measure.name == "cpu") return measure.values;
    return tree.values;
}

}  // namespace pyprof::gather
