// CPython 3.10. Include/cpython/frameobject.h, Include/cpython/pystate.h, Include/cpython/code.h, Python/ceval.c.
//
// What changed since 3.9: each activation of the evaluation loop keeps a CFrame in its C frame, linked from
// tstate->cframe down to the embedded root; that is the marker. It is pushed just before the frame object and popped
// just before it, so at the leaf there may be one more of either: both are counted from the root. f_lasti counts code
// units, and the line table is that of PEP 626.
#include "agent/cpython/versions.h"

namespace pyprof::cpython {

constexpr PythonLayout python_3_10{
    .version = {.minor = 10, .free_threaded = false},
    .object = {.type = 8, .size = 16},
    .type = {.basic_size = 32, .members = 240},
    .runtime = {.finalizing = 16, .first_interpreter = 32, .key_initialized = 584, .key = 588, .attached = 568},
    .interpreter = {.next = 0, .first_thread = 8},
    .thread = {.attached_from = AttachedFrom::runtime,
               .status = absent,
               .status_mask = 0,
               .status_value = 0,
               .next = 8,
               .thread_id = 176,
               .control_frame = 48,
               .root_control_frame = 264,
               .current_frame = 24,
               .data_stack_top = absent,
               .base_frame = absent},
    .control_frame = {.current_frame = absent, .previous = 8},
    .frame = {.activations = Activations::paired_control_frames,
              .bytes = 112,
              .code = 32,
              .code_tags = 0,
              .previous = 24,
              .instruction_is = Instruction::unit_index,
              .instruction = 96,
              .owner = absent,
              .first_entry_owner = 0xff,
              .generator_owner = 0xff,
              .generator_state = absent,
              .code_copy = absent},
    .code = {.basic_size = 176,
             .file_name = 104,
             .name = 112,
             .qualified_name = absent,
             .line_table_kind = wire::LineTableKind::pep626,
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
