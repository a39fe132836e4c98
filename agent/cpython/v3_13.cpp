// CPython 3.13. Include/internal/pycore_frame.h, Include/internal/pycore_runtime.h, Include/cpython/pystate.h,
// Include/cpython/code.h.
//
// What changed since 3.12: _PyCFrame is gone. tstate->current_frame heads the chain, in which each activation has its
// entry frame (owner 3, FRAME_OWNED_BY_CSTACK) in its own C frame: that is the marker, and it is linked only when it is
// complete. `prev_instr` became `instr_ptr`. A class call pushes a helper frame for __init__ whose code object has the
// same text object as name and file name.
//
// The runtime starts with _Py_DebugOffsets, which states many of these figures for the very build that runs; where the
// two disagree, it is right. It says nothing about the pthread key, co_flags, co_version and _co_firsttraceable.
#include <cstddef>

#include "agent/cpython/versions.h"

namespace pyprof::cpython {

constexpr PythonLayout python_3_13{
    .version = {.minor = 13, .free_threaded = false},
    .object = {.type = 8, .size = 16},
    .type = {.basic_size = 32, .members = 240},
    .runtime = {.finalizing = 608, .first_interpreter = 632, .key_initialized = 2160, .key = 2164, .attached = absent},
    .interpreter = {.next = 7264, .first_thread = 7344},
    .thread = {.attached_from = AttachedFrom::status,
               .status = 32,
               .status_mask = 0x10,
               .status_value = 0x10,
               .next = 8,
               .thread_id = 152,
               .control_frame = absent,
               .root_control_frame = absent,
               .current_frame = 72,
               .base_frame = absent},
    .control_frame = {.current_frame = absent, .previous = absent},
    .frame = {.activations = Activations::entry_frames,
              .bytes = 72,
              .code = 0,
              .code_tags = 0,
              .previous = 8,
              .instruction_is = Instruction::address,
              .instruction = 56,
              .owner = 70,
              .first_entry_owner = 3,
              .code_copy = absent},
    .code = {.basic_size = 200,
             .file_name = 112,
             .name = 120,
             .qualified_name = 128,
             .line_table_kind = wire::LineTableKind::locations,
             .line_table = 136,
             .flags = 48,
             .first_line = 68,
             .first_traceable = 184,
             .version = 92,
             .instructions = 200,
             .byte_code = absent,
             .copies = absent,
             .first_copy = absent},
    .text = {.length = 16,
             .state = 32,
             .kind_shift = 2,
             .compact_bit = 0x20,
             .ascii_bit = 0x40,
             .ascii_data = 40,
             .compact_data = 56},
    .bytes = {.data = 32},
};

constexpr PythonLayout python_3_13t{
    .version = {.minor = 13, .free_threaded = true},
    .object = {.type = 24, .size = 32},
    .type = {.basic_size = 48, .members = 256},
    .runtime = {.finalizing = 608, .first_interpreter = 632, .key_initialized = 2160, .key = 2164, .attached = absent},
    .interpreter = {.next = 7264, .first_thread = 7344},
    .thread = {.attached_from = AttachedFrom::status,
               .status = 32,
               .status_mask = 0x10,
               .status_value = 0x10,
               .next = 8,
               .thread_id = 152,
               .control_frame = absent,
               .root_control_frame = absent,
               .current_frame = 72,
               .base_frame = absent},
    .control_frame = {.current_frame = absent, .previous = absent},
    .frame = {.activations = Activations::entry_frames,
              .bytes = 72,
              .code = 0,
              .code_tags = 0,
              .previous = 8,
              .instruction_is = Instruction::address,
              .instruction = 56,
              .owner = 70,
              .first_entry_owner = 3,
              .code_copy = absent},
    .code = {.basic_size = 216,
             .file_name = 128,
             .name = 136,
             .qualified_name = 144,
             .line_table_kind = wire::LineTableKind::locations,
             .line_table = 152,
             .flags = 64,
             .first_line = 84,
             .first_traceable = 200,
             .version = 108,
             .instructions = 216,
             .byte_code = absent,
             .copies = absent,
             .first_copy = absent},
    .text = {.length = 32,
             .state = 48,
             .kind_shift = 2,
             .compact_bit = 0x20,
             .ascii_bit = 0x40,
             .ascii_data = 56,
             .compact_data = 72},
    .bytes = {.data = 48},
};

namespace {

constexpr DebugOffset stated[] = {
    {.section = 24, .at = 32, .figure = offsetof(PythonLayout, runtime.finalizing), .width = 8},
    {.section = 24, .at = 40, .figure = offsetof(PythonLayout, runtime.first_interpreter), .width = 8},
    {.section = 48, .at = 64, .figure = offsetof(PythonLayout, interpreter.next), .width = 8},
    {.section = 48, .at = 72, .figure = offsetof(PythonLayout, interpreter.first_thread), .width = 8},
    {.section = 152, .at = 168, .figure = offsetof(PythonLayout, thread.next), .width = 8},
    {.section = 152, .at = 184, .figure = offsetof(PythonLayout, thread.current_frame), .width = 8},
    {.section = 152, .at = 192, .figure = offsetof(PythonLayout, thread.thread_id), .width = 8},
    {.section = 152, .at = 216, .figure = offsetof(PythonLayout, thread.status), .width = 4},
    {.section = 224, .at = 232, .figure = offsetof(PythonLayout, frame.previous), .width = 8},
    {.section = 224, .at = 240, .figure = offsetof(PythonLayout, frame.code), .width = 8},
    {.section = 224, .at = 248, .figure = offsetof(PythonLayout, frame.instruction), .width = 8},
    {.section = 224, .at = 256, .figure = offsetof(PythonLayout, frame.bytes), .width = 8},
    {.section = 224, .at = 264, .figure = offsetof(PythonLayout, frame.owner), .width = 1},
    {.section = 272, .at = 280, .figure = offsetof(PythonLayout, code.file_name), .width = 8},
    {.section = 272, .at = 288, .figure = offsetof(PythonLayout, code.name), .width = 8},
    {.section = 272, .at = 296, .figure = offsetof(PythonLayout, code.qualified_name), .width = 8},
    {.section = 272, .at = 304, .figure = offsetof(PythonLayout, code.line_table), .width = 8},
    {.section = 272, .at = 312, .figure = offsetof(PythonLayout, code.first_line), .width = 4},
    {.section = 272, .at = 344, .figure = offsetof(PythonLayout, code.instructions), .width = 2},
    {.section = 352, .at = 360, .figure = offsetof(PythonLayout, object.type), .width = 8},
    {.section = 512, .at = 520, .figure = offsetof(PythonLayout, object.size), .width = 8},
    {.section = 512, .at = 528, .figure = offsetof(PythonLayout, bytes.data), .width = 1},
    {.section = 536, .at = 544, .figure = offsetof(PythonLayout, text.state), .width = 4},
    {.section = 536, .at = 552, .figure = offsetof(PythonLayout, text.length), .width = 8},
    {.section = 536, .at = 560, .figure = offsetof(PythonLayout, text.ascii_data), .width = 1},
};

}  // namespace

constexpr DebugOffsetTable debug_offsets_3_13{.bytes = 584, .figures = stated};

}  // namespace pyprof::cpython
