// CPython 3.12. Include/internal/pycore_frame.h, Include/cpython/pystate.h, Include/cpython/code.h, Python/ceval.c,
// Python/pystate.c.
//
// What changed since 3.11: the frame's members moved (code first, then previous), every activation also pushes an entry
// frame with owner 3 (FRAME_OWNED_BY_CSTACK) into the chain, code objects got a version number, text lost its wchar_t
// members. The _PyCFrame is still there and still published too early, so it stays the marker; entry frames are
// skipped.
//
// The attached thread state moved into a thread-local variable that is not exported. The pthread key gives the same
// one: tstate_activate() binds it on every attach, and its _status bit `active` (bit 4) says whether it is attached.
#include "agent/cpython/versions.h"

namespace pyprof::cpython {

constexpr PythonLayout python_3_12{
    .version = {.minor = 12, .free_threaded = false},
    .object = {.type = 8, .size = 16},
    .type = {.basic_size = 32, .members = 240},
    .runtime = {.finalizing = 24, .first_interpreter = 40, .key_initialized = 1544, .key = 1548, .attached = absent},
    .interpreter = {.next = 0, .first_thread = 72},
    .thread = {.attached_from = AttachedFrom::status,
               .status = 24,
               .status_mask = 0x10,
               .status_value = 0x10,
               .next = 8,
               .thread_id = 136,
               .control_frame = 56,
               .root_control_frame = 272,
               .current_frame = absent,
               .data_stack_top = 240,
               .base_frame = absent},
    .control_frame = {.current_frame = 0, .previous = 8},
    .frame = {.activations = Activations::control_frames,
              .bytes = 72,
              .code = 0,
              .code_tags = 0,
              .previous = 8,
              .instruction_is = Instruction::address,
              .instruction = 56,
              .owner = 70,
              .first_entry_owner = 3,
              .generator_owner = 1,
              .generator_state = 5,
              .code_copy = absent},
    .code = {.basic_size = 192,
             .file_name = 112,
             .name = 120,
             .qualified_name = 128,
             .line_table_kind = wire::LineTableKind::locations,
             .line_table = 136,
             .flags = 48,
             .first_line = 68,
             .first_traceable = 176,
             .locals = 72,
             .stack = 64,
             .version = 92,
             .instructions = 192,
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

}  // namespace pyprof::cpython
