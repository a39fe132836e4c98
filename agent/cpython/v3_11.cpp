// CPython 3.11. Include/internal/pycore_frame.h, Include/cpython/pystate.h, Include/cpython/code.h, Python/ceval.c.
//
// Frames are plain structures in chunks of the thread's own data stack; frame objects exist only when asked for. A call
// from Python to Python stays in the same C activation of the evaluation loop. Each activation keeps a _PyCFrame in its
// C frame, linked from tstate->cframe down to the embedded root; that is the marker. Its prologue publishes the new
// _PyCFrame before its current_frame is written: a signal in between sees what the stack held before.
//
// Text still has the wchar_t members that 3.12 dropped, so the characters start at 48 and 72. Code objects have no
// version number. The thread state that holds the GIL is one global; a thread that gave up the GIL is found by the
// pthread key.
#include "agent/cpython/versions.h"

namespace pyprof::cpython {

constexpr PythonLayout python_3_11{
    .version = {.minor = 11, .free_threaded = false},
    .object = {.type = 8, .size = 16},
    .type = {.basic_size = 32, .members = 240},
    .runtime = {.finalizing = 24, .first_interpreter = 40, .key_initialized = 592, .key = 596, .attached = 576},
    .interpreter = {.next = 0, .first_thread = 16},
    .thread = {.attached_from = AttachedFrom::runtime,
               .status = absent,
               .status_mask = 0,
               .status_value = 0,
               .next = 8,
               .thread_id = 152,
               .control_frame = 56,
               .root_control_frame = 336,
               .current_frame = absent,
               .data_stack_top = 304,
               .base_frame = absent},
    .control_frame = {.current_frame = 8, .previous = 16},
    .frame = {.activations = Activations::control_frames,
              .bytes = 72,
              .code = 32,
              .code_tags = 0,
              .previous = 48,
              .instruction_is = Instruction::address,
              .instruction = 56,
              .owner = 69,
              .first_entry_owner = 3,
              .generator_owner = 1,
              .generator_state = 5,
              .code_copy = absent},
    .code = {.basic_size = 184,
             .file_name = 112,
             .name = 120,
             .qualified_name = 128,
             .line_table_kind = wire::LineTableKind::locations,
             .line_table = 136,
             .flags = 48,
             .first_line = 72,
             .first_traceable = 168,
             .locals = 76,
             .stack = 68,
             .version = absent,
             .instructions = 184,
             .byte_code = absent,
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
