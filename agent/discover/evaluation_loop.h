#pragma once
// Where the machine code of the interpreter's evaluation loop lies, for the versions whose activations carry no marker.
// Not for signal handlers: takes the dynamic linker's lock.
//
// GCC moves what a function rarely runs to another place, which has no exported name. The function's record of call
// frame information is followed by that of the moved part (gcc/dwarf2out.cc, output_call_frame_info), whose first
// instruction runs with the function's frame already set up.
#include "agent/capture/elf_image.h"
#include "agent/cpython/runtime.h"

namespace pyprof::discover {

struct EvaluationLoop {
    cpython::CodeRange hot, cold;  // empty: there is none
};

// By the exported name _PyEval_EvalFrameDefault.
EvaluationLoop find_evaluation_loop();

// The part of the function at `function` that was moved away, by the .eh_frame_hdr at `header`; empty if there is none.
// Reads only inside `memory`.
cpython::CodeRange find_cold_part(std::uint64_t header, const capture::MemoryRange& memory, std::uint64_t function);

}  // namespace pyprof::discover
