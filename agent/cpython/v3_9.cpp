// CPython 3.9. Include/cpython/frameobject.h, Include/cpython/pystate.h, Include/cpython/code.h, Python/ceval.c.
//
// What changed since 3.8: places in _PyRuntime. Frames are matched with the loop's native frames by counting.
#include "agent/cpython/versions.h"

namespace pyprof::cpython {

constexpr PythonLayout python_3_9{
    .version = {.minor = 9, .free_threaded = false},
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
               .control_frame = absent,
               .root_control_frame = absent,
               .current_frame = 24,
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
