#pragma once
// Where CPython keeps what the profiler reads: one constexpr object per version, each in a file of its own
// (v3_11.cpp …). All figures are byte offsets in the structure named, x86-64 Linux, release builds. They are written by
// tests/support/python_layout/generate.py, which compiles a program of `offsetof` against the headers of that version.
// Plain data, usable on the signal side.
//
// A version differs from its neighbours in figures and in a few forms, which are fields too; the walker has no version
// numbers in it. To add a version, write its file with that program and name it in versions.cpp and CMakeLists.txt.
#include <cstdint>
#include <span>

#include "wire/recording.h"

namespace pyprof::cpython {

using Offset = std::uint32_t;
inline constexpr Offset absent = 0xffffffff;  // the version has no such field

// How the chain of frames falls into activations of the evaluation loop, and what lies in the C frame of each.
enum class Activations : std::uint8_t {
    counted,                // 3.8, 3.9: every frame has its own, without a marker. The native frames of the evaluation
                            // loop belong to the frames one by one, counted from the root
    paired_control_frames,  // 3.10: every frame has its own; a CFrame in each, linked from the thread state, belongs to
                            // the frames one by one, counted from the root
    control_frames,  // 3.11, 3.12: a _PyCFrame per activation, linked from the thread state; the activation's frames
                     // are those between its current_frame and that of the previous _PyCFrame
    entry_frames,    // 3.13 on: a _PyInterpreterFrame per activation, in the chain itself, with a high `owner`
};

// What a frame says of where it runs.
enum class Instruction : std::uint8_t {
    byte_index,  // 3.8, 3.9: int, bytes from the start of the code; -1: not started
    unit_index,  // 3.10: int, code units
    address,     // 3.11 on: the address of the instruction, or of its caches
};

// Where the thread state that this thread has attached is found.
enum class AttachedFrom : std::uint8_t {
    runtime,  // 3.8 to 3.11: _PyRuntime.gilstate.tstate_current, one for the whole process
    status,   // 3.12 on: a mark in the thread state bound to this thread
};

// Where an object keeps its attributes.
enum class AttributesIn : std::uint8_t {
    dictionary,                   // to 3.10: in a dictionary
    values_or_dictionary,         // 3.11: before the object a pointer to values, and behind it one to a dictionary
    tagged_values_or_dictionary,  // 3.12: one pointer, to values if its lowest bit is set, which is to be added
    inline_values,                // 3.13 on: values behind the object; where they are not valid, a dictionary
};

struct PythonLayout {
    struct Version {
        std::uint32_t minor;
        bool free_threaded;
    } version;

    struct Object {
        // i64: how many there are, 2^30 and more for objects that are never freed. From 3.14 on the upper half also has
        // flags, all clear for a code object. Absent where they are counted in two places.
        Offset references;
        Offset type;
        Offset size;  // PyVarObject.ob_size
    } object;

    struct Type {
        Offset basic_size;
        Offset members;  // PyMemberDef *tp_members
    } type;

    struct Runtime {        // _PyRuntimeState
        Offset finalizing;  // thread state of the thread that ends the interpreter, or null
        Offset first_interpreter;
        Offset key_initialized;  // int: the key below is in use
        Offset key;              // pthread key; its value is the thread state bound to the calling thread. absent: a
                                 // thread-local variable holds it (3.15 on)
        Offset attached;         // AttachedFrom::runtime: the thread state that holds the GIL
        Offset collector;        // 3.8: the cycle collector's state, embedded
    } runtime;

    struct Interpreter {  // PyInterpreterState
        Offset next;
        Offset first_thread;
        Offset collector;  // the cycle collector's state, embedded, from 3.9 on
    } interpreter;

    struct Collector {      // _gc_runtime_state
        Offset collecting;  // int, not 0 while one of the threads collects
    } collector;

    struct Thread {  // PyThreadState
        AttachedFrom attached_from;
        Offset status;              // AttachedFrom::status: u32
        std::uint32_t status_mask;  // attached when (status & mask) == value
        std::uint32_t status_value;
        Offset next;
        Offset interpreter;
        Offset thread_id;           // pthread_t of the thread it belongs to
        Offset control_frame;       // innermost CFrame or _PyCFrame, where the version has them
        Offset root_control_frame;  // … and the outermost, embedded, which is no activation
        Offset current_frame;       // innermost frame, where the thread state knows it
        Offset data_stack_chunk;    // Activations::control_frames: the memory that the innermost frames lie in
        Offset data_stack_top;      // Activations::control_frames: where the next frame will lie
        Offset base_frame;          // pointer to an entry frame that ends the chain and is no activation
        Offset running_task;        // the asyncio task that runs on this thread, null without one; from 3.14 on
    } thread;

    struct ControlFrame {  // CFrame, _PyCFrame
        Offset current_frame;
        Offset previous;
    } control_frame;

    struct Frame {  // PyFrameObject, from 3.11 on _PyInterpreterFrame
        Activations activations;
        Offset bytes;             // from its start, without the locals
        Offset locals;            // array of pointers, with the tags of `code`
        Offset code;              // f_code, f_executable
        std::uint64_t code_tags;  // bits of that pointer which are no part of the address
        Offset previous;
        Instruction instruction_is;
        Offset instruction;              // f_lasti, prev_instr, instr_ptr
        Offset owner;                    // u8, from 3.11 on
        std::uint8_t first_entry_owner;  // owners from here on are entry frames, which run no code
        std::uint8_t generator_owner;    // frames that are part of a generator or coroutine, from 3.11 on
        Offset generator_state;          // Activations::control_frames: i8, so many bytes before such a frame;
                                         // 0 (FRAME_EXECUTING) while it runs
        Offset code_copy;                // i32: which of Code::copies runs
    } frame;

    struct Code {           // PyCodeObject
        Offset basic_size;  // PyCode_Type.tp_basicsize
        Offset file_name;
        Offset name;
        Offset qualified_name;  // absent before 3.11
        wire::LineTableKind line_table_kind;
        Offset line_table;
        Offset flags;
        Offset first_line;
        Offset first_traceable;  // int, code units; absent before 3.11
        Offset locals;           // Activations::control_frames: int, words behind the frame: co_nlocalsplus
        Offset stack;            // … int, words behind those: co_stacksize
        Offset version;          // u32, unique per interpreter; absent before 3.12
        Offset instructions;     // co_code_adaptive; the object's size says how many units there are
        Offset byte_code;        // before 3.11: a bytes object that holds the instructions
        Offset copies;           // free-threaded, from 3.14 on: array of pointers to instructions, one for each thread
        Offset first_copy;       // … where in that array the pointers begin
    } code;

    struct Text {                  // PyASCIIObject, PyCompactUnicodeObject
        Offset length;             // in characters
        Offset state;              // u32
        std::uint32_t kind_shift;  // three bits
        std::uint32_t compact_bit;
        std::uint32_t ascii_bit;
        Offset ascii_data;
        Offset compact_data;  // also where a text that is not compact keeps its pointer
    } text;

    struct Bytes {  // PyBytesObject
        Offset data;
    } bytes;

    struct Attributes {
        AttributesIn kept_in;  // of types with the flag below
        Offset type_flags;
        std::uint32_t managed_flag;  // in the type's flags: attributes are kept as kept_in says; 0: there is none
        std::uint32_t inline_flag;   // … and behind the object
        Offset type_dictionary;      // of other types: i64, where in the object the pointer to a dictionary is, if > 0
        Offset type_keys;            // the keys that belong to values outside a dictionary
        Offset before;               // so many bytes before the object is the pointer to its dictionary
        Offset values;               // from the start of values: array of pointers
        Offset values_valid;         // … u8
    } attributes;

    // TaskObj of Modules/_asynciomodule.c, whose layout the module states in its section .AsyncioDebug. Absent
    // before 3.14.
    struct Task {
        Offset size;
        Offset is_task;    // u8, 1 (0: a future)
        Offset coroutine;  // pointer
        Offset name;       // pointer to a text, or to the number that makes the name of one without
        Offset frame;      // of coroutines: where their frame is embedded
    } task;

    struct Dictionary {  // PyDictObject and its PyDictKeysObject
        Offset keys;
        Offset values;            // pointer, null where the values stand beside the keys
        Offset entry_count;       // of the keys: i64
        Offset slots;             // i64, size of the hash table, which tells the size of its indices; to 3.10
        Offset log2_index_bytes;  // u8, from 3.11 on
        Offset kind;              // u8, 0: an entry begins with a hash; absent: all do
        Offset indices;           // the hash table; entries follow
    } dictionary;
};

// One figure of PythonLayout that the interpreter itself publishes in _Py_DebugOffsets (3.13 on).
struct DebugOffset {
    Offset section;  // where in that table the size of the structure stands
    Offset at;       // where in that table the figure stands
    Offset figure;   // the figure, as offset in PythonLayout
    Offset width;    // bytes of the field it points to
};

// Position of each figure in one version's table; the positions change with every minor version.
struct DebugOffsetTable {
    Offset bytes;  // of the whole table
    std::span<const DebugOffset> figures;
};

}  // namespace pyprof::cpython
