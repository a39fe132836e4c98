#pragma once
// The recording: one mapped file per process, written in place by the agent's signal handlers, readable at any
// moment after the writer died. docs/formats/recording.md is the specification; this header is its C++ form.
//
// Shape: a fixed header (recording_header_bytes), which ends with the table of moments, then chunks, each a whole
// number of pages and each starting with a ChunkHeader. A chunk is either nodes of one calling context tree or a run of
// variable-length records. Everything is little-endian and 8-byte aligned. Offsets are bytes from the start of the
// file.
//
// Writers publish with a release store: a node by its `key` (written last), a record by its `size` (written last), a
// chunk by its `magic`. Zero means "not there yet". Readers must check every offset and count against the file size.
//
// Usable on the signal side: no functions with side effects, no allocation.
#include <cstdint>

namespace pyprof::wire {

inline constexpr std::uint64_t recording_magic = 0x31434552'46505950;  // "PYPFREC1" as little-endian bytes
inline constexpr std::uint32_t recording_version = 2;
inline constexpr std::uint32_t first_version_with_moments = 2;
inline constexpr std::uint32_t page_bytes = 4096;
inline constexpr std::uint32_t moment_table_offset = 32768;
inline constexpr std::uint32_t moment_capacity = 8192;  // u64 each
inline constexpr std::uint32_t recording_header_bytes = moment_table_offset + moment_capacity * 8;
inline constexpr std::uint32_t chunk_magic = 0x4b4e4843;  // "CHNK"

// What a recording measures besides time: counts of events, time off the CPU. Every node has one value of each.
enum class MetricUnit : std::uint32_t { count = 0, nanoseconds = 1 };
struct MetricInfo {
    char name[56];  // NUL-terminated
    MetricUnit unit;
    std::uint32_t reserved;
};
inline constexpr std::uint32_t max_extra_metrics = 8;
// With Clock::wall: nanoseconds that a thread spent waiting, which add to the CPU time that expiries stand for.
inline constexpr const char* off_cpu_metric = "off_cpu";
// The part of the CPU time that threads spent attached to the interpreter, from Node::attached: with its lock held, or
// in a free-threaded build merely attached.
inline constexpr const char* gil_held_metric = "gil_held";
inline constexpr const char* attached_metric = "attached";

enum class Clock : std::uint32_t { cpu = 0, wall = 1 };

// What interrupted the threads: CPU timers of the kernel, its performance events, or a thread of the agent.
enum class Engine : std::uint32_t { cpu = 0, perf = 1, tgkill = 2 };

// What calls of MPI are timed by: the cycle counter (RecordingHeader::ticks_per_ms), where it runs evenly, or
// CLOCK_MONOTONIC.
enum class CallClock : std::uint32_t { ticks = 0, nanoseconds = 1 };

// How the process went on from here; `running` in a dead process means that it was killed.
enum class ProcessState : std::uint32_t { running = 0, exited = 1, replaced_by_exec = 2 };

// Why a sample, a frame or a name is missing. One counter each; new causes are appended, never renumbered.
enum class Loss : std::uint32_t {
    reentered,          // the signal hit the agent itself; its expiries are charged to the next sample
    memory_full,        // expiries charged to the deepest existing ancestor, or to none, for want of room
    file_full,          // a chunk could not be allocated on disk (ENOSPC, EDQUOT)
    code_table_full,    // Python frames whose code object could not be stored
    module_table_full,  // native frames whose module could not be stored
    unwind_truncated,   // samples whose native stack did not reach the bottom
    unwind_guessed,     // samples with at least one frame found by the validated stack scan
    too_deep,           // samples cut in the middle because the stack is deeper than the limit
    python_unreadable,  // samples whose Python frames failed validation
    stitch_inexact,     // samples with an interpreter marker outside every native frame
    thread_unarmed,     // threads that got no timer
    thread_late,        // expiries of ended threads charged to their start routine
    slice_skipped,      // samples left out of the time slices only
    counters_lost,      // threads whose events were not counted, or not to their end
    sample_spared,      // expiries right after a sample that took long, charged to the next sample
    stack_too_small,    // threads that got no timer because a handler might not fit on their stack
    jit_code_full,      // objects of JIT compilers whose functions could not be stored
    calls_uncounted,    // calls of MPI that found no room in the table of their thread, or no table
    moment_skipped,     // expiries left out of the moments only
    count
};
inline constexpr std::uint32_t loss_slots = 32;
static_assert(static_cast<std::uint32_t>(Loss::count) <= loss_slots);

// What the leaf of a sample was doing, as far as the handler can tell; the column of the time slices.
enum class SliceCategory : std::uint32_t { python = 0, native = 1, mpi = 2, other = 3, count = 4 };
inline constexpr std::uint32_t slice_count = 512;

// Handler durations: bucket i counts durations in [2^(i/4), 2^((i+1)/4)) of a cycle counter tick.
inline constexpr std::uint32_t handler_buckets = 160;

struct RecordingHeader {
    std::uint64_t magic;
    std::uint32_t version;
    std::uint32_t header_bytes;  // recording_header_bytes of the writer
    Clock clock;
    std::uint32_t ticks_per_second;  // CONFIG_HZ as the agent knows it, 0 if unknown
    std::uint64_t period_ns;         // what one expiry stands for
    std::int32_t pid;
    std::int32_t parent_pid;
    std::int32_t rank;             // -1: not an MPI process (so far)
    std::int32_t rank_count;       // 0: unknown; with rank -1: so many were started by one MPI_Comm_spawn
    std::uint32_t rank_confirmed;  // 0: from the launcher's environment; 1: read after MPI_Init
    ProcessState state;
    std::int32_t python_version;    // PY_VERSION_HEX, 0: no CPython found
    std::uint32_t python_disabled;  // 1: found, but switched off; `python_message` says why
    std::uint64_t started_realtime_ns;
    std::uint64_t started_ns;  // CLOCK_MONOTONIC
    std::uint64_t last_ns;     // CLOCK_MONOTONIC at the last update of the figures below
    std::uint64_t cpu_ns;      // CPU time of the whole process (CLOCK_PROCESS_CPUTIME_ID) at last_ns
    std::uint64_t max_rss_bytes;
    std::uint64_t run_delay_ns;     // time runnable but not running (/proc/self/schedstat)
    std::uint64_t samples;          // handler runs that took a sample
    std::uint64_t expiries;         // timer expiries with their overruns
    std::uint64_t handler_ticks;    // sum of cycle counter ticks spent in handlers
    std::uint64_t ticks_per_ms;     // of the cycle counter (2 600 000 is 2.6 GHz); 0 unknown
    std::uint64_t committed_bytes;  // file size in use; chunks lie in [header_bytes, committed_bytes)
    std::uint64_t losses[loss_slots];
    std::uint32_t exact_stitches;  // samples whose markers all fell into one native frame each
    std::uint32_t native_only;     // samples of threads without Python frames
    std::uint64_t handler_histogram[handler_buckets];
    // Time slices: slice i covers [i, i+1) << slice_shift nanoseconds after started_ns.
    std::uint32_t slice_shift;
    std::uint32_t moment_shift;  // each moment stands for 2^moment_shift expiries
    std::uint32_t slices[slice_count][static_cast<std::uint32_t>(SliceCategory::count)];
    char job[128];
    char host[128];
    char script[512];  // what the launcher calls the program; empty in children
    char executable[1024];
    char working_directory[1024];
    char python_message[256];
    char command[4096];           // NUL-separated arguments, double NUL at the end
    std::uint32_t extra_metrics;  // values that follow every node; `metrics` names them
    std::uint32_t extra_reserved;
    MetricInfo metrics[max_extra_metrics];
    char counter_message[512];  // events that were asked for and cannot be counted, and why
    Engine engine;
    std::uint32_t engine_reserved;
    std::uint64_t agent_cpu_ns;   // CPU time of the agent's own threads, which cpu_ns leaves out
    char engine_reason[256];      // why another engine was not possible, a clause; empty if none was wanted
    std::uint32_t free_threaded;  // 1: the interpreter was built without its lock
    CallClock call_clock;         // of the times in CallRows
    // Of threads that the recording has no room for: their expiries, and their values of the extra metrics.
    std::uint64_t unplaced_expiries;
    std::uint64_t unplaced[max_extra_metrics];
    // With Clock::wall: CLOCK_MONOTONIC from which threads are watched, and lifetimes of ended ones without a record.
    std::uint64_t watched_from_ns;
    std::uint64_t unrecorded_thread_ns;
};
static_assert(sizeof(RecordingHeader) <= moment_table_offset);

// An entry of the table of moments: when a sample was taken, in units of 2^moment_unit_shift ns (half a millisecond)
// after started_ns, and the node that it ended in. Entry i is of one of the expiries [i, i + 1) << moment_shift,
// counted over the process in the order in which they came; with Clock::wall periods that threads waited count like
// expiries. 0: not there.
namespace moment_entry {
inline constexpr std::uint32_t unit_shift = 19;     // 32 bits last 26 days
inline constexpr std::uint32_t largest_shift = 48;  // RecordingHeader::moment_shift; more is damage
constexpr std::uint64_t make(std::uint32_t time, std::uint32_t node) { return std::uint64_t{time} << 32 | node; }
constexpr std::uint32_t time_of(std::uint64_t entry) { return static_cast<std::uint32_t>(entry >> 32); }
constexpr std::uint32_t node_of(std::uint64_t entry) { return static_cast<std::uint32_t>(entry); }
}  // namespace moment_entry

enum class ChunkKind : std::uint32_t { nodes = 1, records = 2, free = 3, calls = 4 };

struct ChunkHeader {
    std::uint32_t magic;  // chunk_magic, written last
    ChunkKind kind;
    std::uint32_t bytes;  // whole chunk, a multiple of page_bytes
    std::uint32_t tree;   // nodes, calls: index of the owning thread record (ThreadRecord::index)
    std::uint32_t used;   // bytes in use, this header included; only grows while the chunk has one owner
    std::uint32_t reserved[3];
};
static_assert(sizeof(ChunkHeader) == 32);

// A node of a calling context tree. 32 bytes, so that a node's id is its file offset / 32 and 0 is no node. Its values
// of the extra metrics follow directly.
struct Node {
    std::uint64_t key;       // NodeKey, written last; never changes
    std::uint32_t parent;    // node id, 0 for a root
    std::uint32_t samples;   // samples that ended here (exclusive), without overruns
    std::uint64_t expiries;  // the same with overruns: exclusive weight = expiries × period
    union {
        std::uint32_t attached;  // expiries whose thread was attached to the interpreter (held its lock)
        std::uint32_t moved_to;  // of a folded node, which has no expiries left: where it went. For the writer alone
    };
    std::uint32_t path;  // likewise: hash of the keys from the root down to here
};
static_assert(sizeof(Node) == 32);
inline constexpr std::uint32_t node_bytes = 32;
// From one node to the next: a node and its values of the extra metrics (u64 each), in whole multiples of node_bytes.
constexpr std::uint32_t node_stride(std::uint32_t extra_metrics) {
    return node_bytes + (extra_metrics * 8 + node_bytes - 1) / node_bytes * node_bytes;
}

// The values of the extra metrics behind a node.
inline std::uint64_t* extras_of(Node& node) { return reinterpret_cast<std::uint64_t*>(&node + 1); }

// What a node stands for, in 64 bits. The two top bits are the kind.
//   native  01 | r (1) return address | g (1) found by stack scan | module id (12) | address (48)
//   python  10 | unused (2) | code id (24) | code unit index (36, two's complement: -1 is "not started yet")
//   special 11 | what (62)
namespace node_key {
inline constexpr std::uint64_t kind_shift = 62;
inline constexpr std::uint64_t native = 1;
inline constexpr std::uint64_t python = 2;
inline constexpr std::uint64_t special = 3;
inline constexpr std::uint64_t return_bit = 1ULL << 61;
inline constexpr std::uint64_t guessed_bit = 1ULL << 60;
inline constexpr std::uint64_t module_shift = 48;
inline constexpr std::uint64_t module_mask = 0xfff;
inline constexpr std::uint64_t address_mask = (1ULL << 48) - 1;
inline constexpr std::uint64_t code_shift = 36;
inline constexpr std::uint64_t code_mask = 0xffffff;
inline constexpr std::uint64_t unit_mask = (1ULL << 36) - 1;

constexpr std::uint64_t kind(std::uint64_t key) { return key >> kind_shift; }
constexpr std::uint64_t make_native(std::uint64_t address, std::uint64_t module, bool is_return, bool guessed) {
    return native << kind_shift | (is_return ? return_bit : 0) | (guessed ? guessed_bit : 0) |
           (module & module_mask) << module_shift | (address & address_mask);
}
constexpr std::uint64_t make_python(std::uint64_t code, std::int64_t unit) {
    return python << kind_shift | (code & code_mask) << code_shift | (static_cast<std::uint64_t>(unit) & unit_mask);
}
constexpr std::uint64_t make_special(std::uint64_t what) { return special << kind_shift | what; }
constexpr std::uint64_t module_of(std::uint64_t key) { return key >> module_shift & module_mask; }
constexpr std::uint64_t address_of(std::uint64_t key) { return key & address_mask; }
constexpr std::uint64_t code_of(std::uint64_t key) { return key >> code_shift & code_mask; }
constexpr std::int64_t unit_of(std::uint64_t key) {
    return static_cast<std::int64_t>(key << (64 - code_shift)) >> (64 - code_shift);
}
constexpr std::uint64_t special_of(std::uint64_t key) { return key & ~(3ULL << kind_shift); }
}  // namespace node_key

// What a function of MPI does with the time of its caller.
enum class CallKind : std::uint8_t {
    start,         // returns at once: starts an operation, or looks whether one is complete
    point,         // sends or receives one message, and waits for its partner
    wait,          // waits for operations that were started
    collective,    // moves data between all ranks of a communicator, and waits for them
    barrier,       // waits for all ranks of a communicator, and nothing else
    neighborhood,  // moves data between neighbours of a topology
    one_sided,     // reads or writes the memory of another rank
    window,        // makes or synchronises windows of memory
    file,          // input and output
    communicator,  // makes or ends communicators, joins processes
    local,         // moves data within the process
    count
};

// Who is at the other end.
enum class CallPeer : std::uint8_t {
    nobody,      // nobody, or not known
    rank,        // one rank, wherever it is
    same_node,   // one rank on the node of the caller
    collective,  // all ranks of a communicator
    root,        // the same, and the caller is the root
    count
};

// Calls of one function of MPI by one thread from one place, with as much data and the same kind of peer. Rows fill
// their chunk from its beginning and stay there; their thread adds to them in place. Only the outermost call is
// counted where one leads to another.
struct CallRow {
    std::uint64_t place;  // NodeKey: the Python line that called, else a native return address. Written last
    char name[32];        // of the function, NUL-terminated: "MPI_Allreduce"
    std::uint32_t ranks;  // size of the communicator, 0: none, or not known
    CallKind kind;
    CallPeer peer;
    std::uint8_t size_class;  // of the bytes of a call: 0 of none, else 1 + the integer part of their logarithm to 2
    std::uint8_t reserved;
    std::uint64_t count;
    std::uint64_t bytes;  // given to others, or where the call only takes, asked for
    std::uint64_t time;   // in all calls, of the header's call_clock; `shortest` and `longest` of one
    std::uint64_t shortest, longest;
    std::uint64_t synchronising;  // in barriers before the calls (--mpi-sync), which `time` leaves out
};
static_assert(sizeof(CallRow) == 96);

// Special nodes.
enum class Special : std::uint64_t {
    thread_root = 1,     // the root of a live thread's tree
    ended_threads = 2,   // the root under which trees of ended threads are folded
    unwind_stopped = 3,  // the native stack ends here for want of unwind information
    frames_cut = 4,      // frames left out in the middle of a very deep stack
    unknown_code = 5,    // a Python frame whose code object could not be stored
    thread_late = 6,     // CPU time of an ended thread that no signal arrived for
    // Off the CPU, below the frames that wait: for the interpreter's lock, another lock or condition, input or output,
    // the clock, a child process, anything else.
    waiting_for_gil = 7,
    waiting_for_lock = 8,
    waiting_for_io = 9,
    sleeping = 10,
    waiting_for_process = 11,
    waiting = 12,
    worker_threads = 13,      // above: the Python frames for which a pool's thread works, which are another thread's
    garbage_collection = 14,  // below: the cycle collector, its finalizers with it; above: who called it
    unplaced = 15,            // of threads that found no room; in no recording, made by readers of its header
};

// Module id 0 is "no module": code outside every loaded object that no JIT compiler described. Code id 0 is "unknown
// code".
enum class RecordKind : std::uint32_t { module = 1, code = 2, thread = 3, unloaded = 4, jit = 5 };

struct RecordHeader {
    std::uint32_t size;  // whole record incl. this header, a multiple of 8; written last
    RecordKind kind;
};

// A loaded ELF object. Followed by the build id, then by the path (not NUL-terminated).
struct ModuleRecord {
    RecordHeader header;
    std::uint32_t id;              // from 1, unique in the process: an object loaded again gets a new id
    std::uint32_t build_id_bytes;  // 0: the file has none
    std::uint64_t load_bias;       // address - load_bias = ELF virtual address
    std::uint64_t begin, end;      // mapped range
    std::uint64_t identity;        // hash of program headers, .dynsym and size; for files without build id
    std::uint32_t path_bytes;
    std::uint32_t flags;  // ModuleFlags
};
namespace module_flags {
inline constexpr std::uint32_t mpi = 1;           // part of an MPI library
inline constexpr std::uint32_t interpreter = 2;   // exports _PyRuntime
inline constexpr std::uint32_t executable = 4;    // the main program
inline constexpr std::uint32_t agent = 8;         // pyprof's own
inline constexpr std::uint32_t thread_pool = 16;  // starts threads that work for whoever calls it
inline constexpr std::uint32_t numerical = 32;    // linear algebra: BLAS, LAPACK
inline constexpr std::uint32_t loader = 64;       // exports __tls_get_addr: the dynamic linker
}  // namespace module_flags

// How a CPython string is stored in a CodeRecord: bytes per character, as in PEP 393.
enum class TextKind : std::uint8_t { latin1 = 1, ucs2 = 2, ucs4 = 4 };

enum class LineTableKind : std::uint8_t {
    lnotab = 1,     // CPython ≤ 3.9
    pep626 = 2,     // 3.10
    locations = 3,  // ≥ 3.11
};

// A Python code object, copied at first sight. Followed by file name, name, qualified name and line table, in this
// order and without padding; `*_bytes` are the stored bytes.
struct CodeRecord {
    RecordHeader header;
    std::uint32_t id;  // from 1
    std::int32_t first_line;
    std::uint32_t flags;            // co_flags
    std::uint32_t first_traceable;  // code units before this one bind arguments; their line is first_line
    std::uint32_t file_bytes, name_bytes, qualname_bytes, table_bytes;
    TextKind file_kind, name_kind, qualname_kind;
    LineTableKind table_kind;
    std::uint8_t truncated;  // 1: a string or the table was longer than the limit; more: code_truncated
    std::uint8_t is_task;    // 1: no code object but an asyncio task, which has nothing but a name
    std::uint8_t reserved[2];
};
// Which part of a CodeRecord is cut; `any` goes with every other bit.
namespace code_truncated {
inline constexpr std::uint8_t any = 1;
inline constexpr std::uint8_t file = 2;
inline constexpr std::uint8_t name = 4;
inline constexpr std::uint8_t qualname = 8;
inline constexpr std::uint8_t table = 16;
}  // namespace code_truncated

enum class ThreadState : std::uint32_t { running = 0, ended = 1, folded = 2 };

struct ThreadRecord {
    RecordHeader header;
    std::uint32_t index;  // from 1; 1 is the first thread seen, normally the main thread
    ThreadState state;
    std::int32_t tid;
    std::uint32_t root;                  // node id of its tree's root, 0 if it has no sample yet
    std::uint32_t spawned_by;            // node id of the context that created it (in the creator's tree), 0 if unknown
    std::uint32_t is_python;             // 1: Python frames were seen on it
    std::uint64_t start_routine;         // address of the function given to pthread_create, 0 if unknown
    std::uint32_t start_module;          // its module id, 0 if unknown
    std::uint32_t armed;                 // 1: it had a timer
    std::uint64_t started_ns, ended_ns;  // CLOCK_MONOTONIC; ended_ns 0 while running
    std::uint64_t cpu_ns;                // CPU time at its end, 0 while running
    char name[64];                       // as threading has it (UTF-8), else the kernel's (comm); NUL-terminated
};

// dlclose was called: addresses of module `id` may be reused from here on.
struct UnloadedRecord {
    RecordHeader header;
    std::uint32_t id;
    std::uint32_t reserved;
};

// Code made at run time, as its compiler described it for debuggers: an object without a file. Followed by
// `function_count` JitFunctions by address, their names without gaps, and `.debug_line` with addresses that count from
// `begin`.
struct JitRecord {
    RecordHeader header;
    std::uint32_t id;  // shared with ModuleRecord: code in the place of older code gets a new one
    std::uint32_t function_count;
    std::uint64_t begin, end;  // address range of the functions
    std::uint32_t name_bytes;  // of all names
    std::uint32_t line_bytes;  // 0: the compiler told no lines
};
struct JitFunction {
    std::uint32_t offset;  // of its first byte after `begin`
    std::uint32_t bytes;
    std::uint32_t name_bytes;
    std::uint32_t reserved;
};

}  // namespace pyprof::wire
