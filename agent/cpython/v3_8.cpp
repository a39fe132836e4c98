// CPython 3.8. Include/frameobject.h, Include/cpython/pystate.h, Include/code.h, Python/ceval.c.
//
// Every call of a Python function is a C call of the evaluation loop, with a frame object on the heap. The loop links
// it at its start (tstate->frame) and unlinks it at its end; nothing in its C frame marks it. So the frames are matched
// with the native frames of the loop one by one, counted from the root, where both begin; at the leaf there may be a
// loop that has not linked its frame yet, or no longer has it.
//
// Code objects have no qualified name and their instructions are a bytes object of its own.
#include "agent/cpython/versions.h"

namespace pyprof::cpython {

constexpr PythonLayout python_3_8{
    .version = {.minor = 8, .free_threaded = false},
    .object = {.type = 8, .size = 16},
    .type = {.basic_size = 32, .members = 240},
    .runtime = {.finalizing = 16, .first_interpreter = 32, .key_initialized = 1392, .key = 1396, .attached = 1368},
    .interpreter = {.next = 0, .first_thread = 8},
    .thread = {.attached_from = AttachedFrom::runtime,
               .status = absent,
               .status_mask = 0,
               .status_value = 0,
               .next = 8,
               .thread_id = 176,
               .control_frame = absent,
               .root_control_frame = absent,
               .current_frame = 24,
               .data_stack_top = absent,
               .base_frame = absent},
    .control_frame = {.current_frame = absent, .previous = absent},
    .frame = {.activations = Activations::counted,
              .bytes = 120,
              .code = 32,
              .code_tags = 0,
              .previous = 24,
              .instruction_is = Instruction::byte_index,
              .instruction = 104,
              .owner = absent,
              .first_entry_owner = 0xff,
              .generator_owner = 0xff,
              .generator_state = absent,
              .code_copy = absent},
    .code = {.basic_size = 176,
             .file_name = 104,
             .name = 112,
             .qualified_name = absent,
             .line_table_kind = wire::LineTableKind::lnotab,
             .line_table = 120,
             .flags = 36,
             .first_line = 40,
             .first_traceable = absent,
             .locals = absent,
             .stack = absent,
             .version = absent,
             .instructions = absent,
             .byte_code = 48,
             .copies = absent,
             .first_copy = absent},
    .text = {.length = 16,
             .state = 32,
             .kind_shift = 2,
             .compact_bit = 0x20,
             .ascii_bit = 0x40,
             .ascii_data = 48,
             .compact_data = 72},
    .bytes = {.data = 32},
};

}  // namespace pyprof::cpython
