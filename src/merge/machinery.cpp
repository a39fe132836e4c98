#include "merge/machinery.h"

#include <algorithm>
#include <array>

namespace pyprof::merge {
namespace {

// Beginnings of names in Objects/call.c, methodobject.c, descrobject.c, classobject.c, typeobject.c and Python/ceval.c.
constexpr std::array<std::string_view, 28> glue_names{"PyObject_Call",
                                                      "_PyObject_Call",
                                                      "PyObject_Vectorcall",
                                                      "_PyObject_Vectorcall",
                                                      "_PyObject_MakeTpCall",
                                                      "_PyObject_FastCall",
                                                      "PyVectorcall_",
                                                      "_PyVectorcall_",
                                                      "cfunction_",
                                                      "_PyCFunction_",
                                                      "PyCFunction_Call",
                                                      "_PyMethodDef_Raw",
                                                      "_PyMethodDescr_",
                                                      "method_vectorcall",
                                                      "method_call",
                                                      "_PyFunction_Vectorcall",
                                                      "_PyFunction_FastCall",
                                                      "_PyEval_",
                                                      "PyEval_EvalFrame",
                                                      "PyEval_EvalCode",
                                                      "call_function",
                                                      "do_call_core",
                                                      "object_vacall",
                                                      "vectorcall_",
                                                      "type_call",
                                                      "slot_",
                                                      "wrap_",
                                                      "wrapperdescr_"};

}  // namespace

Below seen_from_caller(FrameKind frame, Below below) {
    const bool is_python = frame == FrameKind::python || frame == FrameKind::garbage_collection;
    if (is_python || below == Below::python) return Below::python;
    if (frame == FrameKind::program) return Below::extension;
    return frame == FrameKind::wrapper && below == Below::work ? Below::wrapper : below;
}

Above with_frame(Above above, FrameKind frame) {
    if (frame == FrameKind::worker_threads) return {.has_python = above.has_python, .is_start = true};
    const bool is_start = frame == FrameKind::interpreter || frame == FrameKind::system || frame == FrameKind::agent;
    const bool collects = frame == FrameKind::garbage_collection || (above.collects && frame != FrameKind::python);
    return {above.has_python || frame == FrameKind::python, above.is_start && is_start, collects};
}

bool is_call_glue(std::string_view function) {
    return std::any_of(glue_names.begin(), glue_names.end(),
                       [&](std::string_view name) { return function.starts_with(name); });
}

bool is_machinery(const Judged& frame, Above above, Below below) {
    switch (frame.kind) {
        case FrameKind::agent:
            return true;
        case FrameKind::system:
            return above.is_start && (below == Below::python || above.has_python);
        case FrameKind::wrapper:
            return below == Below::python || (above.has_python && below == Below::extension);
        case FrameKind::interpreter:
            break;
        case FrameKind::python:
        case FrameKind::program:
        case FrameKind::special:
        case FrameKind::worker_threads:
        case FrameKind::garbage_collection:
            return false;
    }
    if (below == Below::python || above.collects) return true;
    if (!above.has_python) return false;
    return is_call_glue(frame.name) || (below != Below::work && !frame.named);
}

}  // namespace pyprof::merge
