#pragma once
// The model of a profile: what every view, report and export is made of. Immutable once built; saved as described in
// docs/formats/profile.md. Indices refer to the vectors of the same Profile. Times are nanoseconds.
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace pyprof::profile {

inline constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

enum class Domain : std::uint8_t { python, native, jit, mpi, os };
const char* name_of(Domain domain);  // "python" …, the words of report --json

struct Metric {
    std::string name;  // "cpu", "wall", …
    std::string unit;  // "nanoseconds", "count"
    friend bool operator==(const Metric&, const Metric&) = default;
};

struct Module {
    std::string path;
    std::string build_id;      // hex, empty if unknown
    std::string version;       // as the file name or the library says it, empty if unknown
    std::string names_from;    // ".symtab", ".dynsym", "debug file", ".eh_frame", "none"; what functions were named by
    bool interpreter = false;  // CPython itself: its executable or library
    friend bool operator==(const Module&, const Module&) = default;
};

// A source-level function. Two functions are the same iff all fields are.
struct Function {
    std::string name;              // as its author wrote it: qualified, demangled
    std::string system_name;       // linkage name, or co_name for Python; may be empty
    std::string file;              // as recorded, empty if unknown
    std::uint32_t first_line = 0;  // 0: unknown
    std::uint32_t module = none;   // none for Python functions
    Domain domain = Domain::native;
    bool machinery = false;  // interpreter internals between two Python frames; hidden by default
    bool named = true;       // false: `name` is "libfoo.so!0x1234"
    friend bool operator==(const Function&, const Function&) = default;
};

// The function that stands between the Python frames of one thread and the native frames of the threads that work for
// it.
inline constexpr const char* worker_threads_name = "[worker threads]";

struct Location {
    std::uint32_t function = none;
    std::uint32_t line = 0;  // 0: unknown
    bool inlined = false;    // inlined into its caller
    bool guessed = false;    // its frame was found by the stack scan
    friend bool operator==(const Location&, const Location&) = default;
};

struct Context {
    std::uint32_t parent = 0;  // smaller than its own index; contexts[0] is the root with location none
    std::uint32_t location = none;
    friend bool operator==(const Context&, const Context&) = default;
};

// Exclusive value of one context on one thread. Sorted by (context, thread), unique, never all zero.
struct Value {
    std::uint32_t context = 0;
    std::uint32_t thread = 0;
    std::uint64_t samples = 0;
    std::uint64_t weight = 0;  // of the metric in whose list the value stands
    friend bool operator==(const Value&, const Value&) = default;
};

// The exclusive values of a further metric: an event counter, or a part of the time.
struct Measure {
    Metric metric;
    std::vector<Value> values;
    friend bool operator==(const Measure&, const Measure&) = default;
};

// What a function of MPI does with the time of its caller.
enum class CallKind : std::uint8_t {
    start,  // returns at once: starts an operation, or looks whether one is complete
    point,
    wait,
    collective,
    barrier,
    neighborhood,
    one_sided,
    window,
    file,
    communicator,
    local
};
inline constexpr std::size_t call_kind_count = 11;
const char* name_of(CallKind kind);  // "start" …, the words of report --json

// Who is at the other end: nobody (or nobody knows), one rank, one rank on the same node, all ranks of a communicator,
// the same where the caller is the root.
enum class CallPeer : std::uint8_t { nobody, rank, same_node, collective, root };
inline constexpr std::size_t call_peer_count = 5;
inline constexpr std::uint8_t largest_size_class = 64;

// Counted calls of one function of MPI by one thread from one place, alike in size, peer and communicator. `time_ns` is
// wall-clock time, whatever the metric of the profile.
struct Call {
    std::uint32_t context = 0;  // the caller: a Python line, or a native one where there was none; has no values
    std::uint32_t thread = 0;
    std::string name;  // "MPI_Allreduce", also of its twin in Fortran
    CallKind kind = CallKind::start;
    CallPeer peer = CallPeer::nobody;
    std::uint32_t ranks = 0;      // size of the communicator, 0: none or unknown
    std::uint8_t size_class = 0;  // of the bytes of one call: 0 of none, else 1 + the integer part of log2
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
    std::uint64_t time_ns = 0;                      // in all of them, without synchronising_ns
    std::uint64_t shortest_ns = 0, longest_ns = 0;  // of one
    std::uint64_t synchronising_ns = 0;             // in timed barriers before them
    friend bool operator==(const Call&, const Call&) = default;
};

// When a sample was taken and where: one of an even choice from the samples of its process, which stand for
// Process::moment_stride_ns each. Sorted by process, then time.
struct Moment {
    std::uint32_t time = 0;  // since the process started, in units of moment_unit_ns
    std::uint32_t context = 0;
    std::uint32_t thread = 0;
    friend bool operator==(const Moment&, const Moment&) = default;
};
inline constexpr std::uint64_t moment_unit_ns = 1 << 19;

struct Process {
    std::int32_t rank = -1;  // -1: not an MPI process
    std::int32_t pid = 0, parent_pid = 0;
    std::string host;
    std::string executable;
    std::string working_directory;
    std::vector<std::string> command;
    std::string python;          // "3.11.2", empty if none
    std::string python_message;  // why Python frames are missing, if they are
    std::string state;           // "exited", "killed", "exec"
    std::uint64_t started_realtime_ns = 0;
    std::uint64_t wall_ns = 0, cpu_ns = 0, run_delay_ns = 0;
    std::uint64_t max_rss_bytes = 0;
    std::uint64_t slice_width_ns = 0;
    std::vector<std::uint32_t> slices;   // slice-major × {python, native, mpi, other} samples
    std::uint64_t moment_stride_ns = 0;  // of the profile's metric; 0 without moments
    friend bool operator==(const Process&, const Process&) = default;
};

// What small values of a thread make up together, where they stand as sums over all ranks only.
struct SummedValues {
    std::uint64_t samples = 0;
    std::uint64_t weight = 0;
    std::uint64_t mpi = 0;  // the part of the weight in MPI
    friend bool operator==(const SummedValues&, const SummedValues&) = default;
};

struct Thread {
    std::uint32_t process = none;
    std::int32_t tid = 0;  // 0: several ended threads folded together
    std::string name;
    bool is_python = false;
    std::uint32_t folded = 0;         // how many ended threads it stands for, 0: one thread of its own
    std::uint32_t spawned_by = 0;     // context, 0 unknown
    std::uint32_t started_in = none;  // module of its start routine
    std::uint64_t cpu_ns = 0;         // 0 unknown
    SummedValues summed{};            // not among the values of this thread
    friend bool operator==(const Thread&, const Thread&) = default;
};

// Whether it is no process but stands for all ranks: its thread has the sums of their small values.
inline bool stands_for_ranks(const Process& process) { return process.pid == 0 && process.host.empty(); }

struct Loss {
    std::string cause;  // "unwind_truncated", …
    std::uint64_t count = 0;
    friend bool operator==(const Loss&, const Loss&) = default;
};

// Samples with a frame that the stack scan found are counted among the losses, but whole.
inline bool is_guessed(const Loss& loss) { return loss.cause == "unwind_guessed"; }

struct Quality {
    std::uint64_t samples = 0;   // expiries, overruns included
    std::uint64_t signals = 0;   // handler runs
    std::uint64_t expected = 0;  // CPU (or wall) time × rate
    double rate_delivered_hz = 0;
    double cpu_covered = 0;   // CPU time in the profile / CPU time of all recorded processes
    double wall_covered = 0;  // wall time in the profile / lifetimes of all recorded threads; 0: it has a CPU clock
    std::vector<Loss> lost;
    std::uint64_t unwind_complete = 0, unwind_fallback = 0, unwind_truncated = 0;  // samples
    std::uint64_t merge_exact = 0, merge_inexact = 0, merge_none = 0;              // samples
    std::uint64_t unresolved_native = 0;  // samples whose leaf native frame has no name
    std::uint64_t native = 0;             // samples with a native leaf
    std::uint64_t handler_ns = 0, handler_median_ns = 0, handler_p99_ns = 0, handler_max_ns = 0;
    std::uint64_t damaged_bytes = 0;
    friend bool operator==(const Quality&, const Quality&) = default;
};

struct Run {
    std::vector<std::string> command;
    std::string script;
    std::uint32_t ranks = 0;  // 0: no MPI
    std::vector<std::string> hosts;
    std::uint64_t started_realtime_ns = 0;
    std::uint64_t wall_ns = 0, cpu_ns = 0;
    std::string mode;    // "cpu" or "wall"
    std::string engine;  // "cpu", "perf", "tgkill" or several, empty if unknown
    double rate_hz = 0;
    std::uint64_t period_ns = 0;
    std::vector<std::string> pythons;
    std::string mpi;  // library and version, empty without MPI
    std::vector<std::string> counters;
    std::string version;             // of pyprof
    std::vector<std::string> notes;  // plain sentences a reader must see
    friend bool operator==(const Run&, const Run&) = default;
};

struct Profile {
    Run run;
    Quality quality;
    Metric metric;  // of `values`: the time that was sampled
    std::vector<Module> modules;
    std::vector<Function> functions;
    std::vector<Location> locations;
    std::vector<Context> contexts;
    std::vector<Value> values;
    std::vector<Measure> measures;  // by name, each name once and none that of `metric`
    std::vector<Call> calls;
    std::vector<Moment> moments;
    std::vector<Process> processes;
    std::vector<Thread> threads;

    // How many there are, without the one that stands for all ranks.
    std::size_t process_count() const {
        return processes.size() - static_cast<std::size_t>(std::ranges::count_if(processes, stands_for_ranks));
    }
    friend bool operator==(const Profile&, const Profile&) = default;
};

}  // namespace pyprof::profile
