#pragma once
// _Py_DebugOffsets of CPython 3.13 as compiled from the headers of 3.13.0, of 3.13.0 with Py_GIL_DISABLED and of
// 3.13.18, and equal to the memory of running interpreters. Each row: position in the table, then the three values.
#include <cstdint>

namespace pyprof::tests {

struct StatedOffset {
    std::uint32_t at;
    std::uint64_t v3_13_0, v3_13_0t, v3_13_18;
};

inline constexpr StatedOffset stated_offsets_3_13[] = {
    {8, 51183856, 51183856, 51188464},  // version
    {16, 0, 1, 0},                      // free_threaded
    {24, 283320, 328256, 283408},       // runtime_state.size
    {32, 608, 608, 608},                // runtime_state.finalizing
    {40, 632, 632, 632},                // runtime_state.interpreters_head
    {48, 194968, 215616, 194984},       // interpreter_state.size
    {56, 7272, 7272, 7272},             // interpreter_state.id
    {64, 7264, 7264, 7264},             // interpreter_state.next
    {72, 7344, 7344, 7344},             // interpreter_state.threads_head
    {80, 7400, 7400, 7400},             // interpreter_state.gc
    {88, 7656, 7664, 7656},             // interpreter_state.imports_modules
    {96, 7640, 7648, 7640},             // interpreter_state.sysdict
    {104, 7648, 7656, 7648},            // interpreter_state.builtins
    {112, 16, 16, 16},                  // interpreter_state.ceval_gil
    {120, 7752, 7760, 7752},            // interpreter_state.gil_runtime_state
    {128, 0, 0, 0},                     // interpreter_state.gil_runtime_state_enabled
    {136, 7768, 7784, 7768},            // interpreter_state.gil_runtime_state_locked
    {144, 7760, 7776, 7760},            // interpreter_state.gil_runtime_state_holder
    {152, 304, 304, 312},               // thread_state.size
    {160, 0, 0, 0},                     // thread_state.prev
    {168, 8, 8, 8},                     // thread_state.next
    {176, 16, 16, 16},                  // thread_state.interp
    {184, 72, 72, 72},                  // thread_state.current_frame
    {192, 152, 152, 152},               // thread_state.thread_id
    {200, 160, 160, 160},               // thread_state.native_thread_id
    {208, 232, 232, 232},               // thread_state.datastack_chunk
    {216, 32, 32, 32},                  // thread_state.status
    {224, 80, 80, 80},                  // interpreter_frame.size
    {232, 8, 8, 8},                     // interpreter_frame.previous
    {240, 0, 0, 0},                     // interpreter_frame.executable
    {248, 56, 56, 56},                  // interpreter_frame.instr_ptr
    {256, 72, 72, 72},                  // interpreter_frame.localsplus
    {264, 70, 70, 70},                  // interpreter_frame.owner
    {272, 208, 224, 208},               // code_object.size
    {280, 112, 128, 112},               // code_object.filename
    {288, 120, 136, 120},               // code_object.name
    {296, 128, 144, 128},               // code_object.qualname
    {304, 136, 152, 136},               // code_object.linetable
    {312, 68, 84, 68},                  // code_object.firstlineno
    {320, 52, 68, 52},                  // code_object.argcount
    {328, 96, 112, 96},                 // code_object.localsplusnames
    {336, 104, 120, 104},               // code_object.localspluskinds
    {344, 200, 216, 200},               // code_object.co_code_adaptive
    {352, 16, 32, 16},                  // pyobject.size
    {360, 8, 24, 8},                    // pyobject.ob_type
    {368, 416, 432, 416},               // type_object.size
    {376, 24, 40, 24},                  // type_object.tp_name
    {384, 88, 104, 88},                 // type_object.tp_repr
    {392, 168, 184, 168},               // type_object.tp_flags
    {400, 32, 48, 32},                  // tuple_object.size
    {408, 24, 40, 24},                  // tuple_object.ob_item
    {416, 16, 32, 16},                  // tuple_object.ob_size
    {424, 40, 56, 40},                  // list_object.size
    {432, 24, 40, 24},                  // list_object.ob_item
    {440, 16, 32, 16},                  // list_object.ob_size
    {448, 48, 64, 48},                  // dict_object.size
    {456, 32, 48, 32},                  // dict_object.ma_keys
    {464, 40, 56, 40},                  // dict_object.ma_values
    {472, 24, 40, 24},                  // float_object.size
    {480, 16, 32, 16},                  // float_object.ob_fval
    {488, 32, 48, 32},                  // long_object.size
    {496, 16, 32, 16},                  // long_object.lv_tag
    {504, 24, 40, 24},                  // long_object.ob_digit
    {512, 40, 56, 40},                  // bytes_object.size
    {520, 16, 32, 16},                  // bytes_object.ob_size
    {528, 32, 48, 32},                  // bytes_object.ob_sval
    {536, 64, 80, 64},                  // unicode_object.size
    {544, 32, 48, 32},                  // unicode_object.state
    {552, 16, 32, 16},                  // unicode_object.length
    {560, 40, 56, 40},                  // unicode_object.asciiobject_size
    {568, 240, 248, 240},               // gc.size
    {576, 200, 200, 200},               // gc.collecting
};

}  // namespace pyprof::tests
