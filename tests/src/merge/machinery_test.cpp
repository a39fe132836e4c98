#include "merge/machinery.h"

#include "tests/support/catch.h"

namespace pyprof::merge {
namespace {

constexpr Above below_python{true, false};
constexpr Above at_start{false, true};
constexpr Above in_a_program{false, false};

TEST_CASE("what lies below is seen by the caller") {
    CHECK(seen_from_caller(FrameKind::python, Below::work) == Below::python);
    CHECK(seen_from_caller(FrameKind::python, Below::extension) == Below::python);
    CHECK(seen_from_caller(FrameKind::program, Below::work) == Below::extension);
    CHECK(seen_from_caller(FrameKind::program, Below::python) == Below::python);
    CHECK(seen_from_caller(FrameKind::interpreter, Below::work) == Below::work);
    CHECK(seen_from_caller(FrameKind::system, Below::extension) == Below::extension);
}

TEST_CASE("a wrapper is seen only where nothing but the interpreter lies below it") {
    CHECK(seen_from_caller(FrameKind::wrapper, Below::work) == Below::wrapper);
    CHECK(seen_from_caller(FrameKind::wrapper, Below::extension) == Below::extension);
    CHECK(seen_from_caller(FrameKind::wrapper, Below::python) == Below::python);
    CHECK(seen_from_caller(FrameKind::program, Below::wrapper) == Below::extension);
    CHECK(seen_from_caller(FrameKind::interpreter, Below::wrapper) == Below::wrapper);
    CHECK(seen_from_caller(FrameKind::python, Below::wrapper) == Below::python);
}

TEST_CASE("what lies above is seen by the callee") {
    CHECK(with_frame({}, FrameKind::system).is_start);
    CHECK(with_frame({}, FrameKind::interpreter).is_start);
    CHECK_FALSE(with_frame({}, FrameKind::program).is_start);
    CHECK_FALSE(with_frame({}, FrameKind::python).is_start);
    CHECK(with_frame({}, FrameKind::python).has_python);
    CHECK(with_frame(below_python, FrameKind::interpreter).has_python);
}

TEST_CASE("between Python frames every interpreter frame is machinery") {
    for (const Above above : {below_python, at_start, in_a_program}) {
        CHECK(is_machinery({FrameKind::interpreter, "list_sort_impl", true}, above, Below::python));
        CHECK(is_machinery({FrameKind::interpreter, "python3.11!0x1000", false}, above, Below::python));
    }
    CHECK_FALSE(is_machinery({FrameKind::program, "array_sort", true}, below_python, Below::python));
    CHECK_FALSE(is_machinery({FrameKind::python, "step", true}, below_python, Below::python));
}

TEST_CASE("at the end of a stack only call glue is machinery") {
    CHECK(is_machinery({FrameKind::interpreter, "cfunction_vectorcall_FASTCALL", true}, below_python, Below::work));
    CHECK_FALSE(is_machinery({FrameKind::interpreter, "list_sort_impl", true}, below_python, Below::work));
    CHECK_FALSE(is_machinery({FrameKind::interpreter, "gc_collect_main", true}, below_python, Below::work));
    CHECK_FALSE(is_machinery({FrameKind::interpreter, "python3.11!0x1000", false}, below_python, Below::work));
}

TEST_CASE("the interpreter's frames below the cycle collector are its parts") {
    const Above collector = with_frame(below_python, FrameKind::garbage_collection);
    CHECK_FALSE(is_machinery({FrameKind::garbage_collection, "[garbage collection]", true}, below_python, Below::work));
    CHECK(is_machinery({FrameKind::interpreter, "subtract_refs", true}, collector, Below::work));
    CHECK(is_machinery({FrameKind::interpreter, "dict_traverse", true}, with_frame(collector, FrameKind::interpreter),
                       Below::work));
    CHECK_FALSE(is_machinery({FrameKind::program, "array_dealloc", true}, collector, Below::work));
    CHECK_FALSE(is_machinery({FrameKind::interpreter, "list_sort_impl", true}, with_frame(collector, FrameKind::python),
                             Below::work));
}

TEST_CASE("on the way into an extension nameless interpreter frames are machinery too") {
    CHECK(is_machinery({FrameKind::interpreter, "python3.11!0x1000", false}, below_python, Below::extension));
    CHECK(is_machinery({FrameKind::interpreter, "PyObject_Vectorcall", true}, below_python, Below::extension));
    CHECK_FALSE(is_machinery({FrameKind::interpreter, "PyNumber_Add", true}, below_python, Below::extension));
    CHECK_FALSE(is_machinery({FrameKind::system, "memcpy", true}, below_python, Below::extension));
}

TEST_CASE("a stack without Python hides nothing but pyprof") {
    for (const Below below : {Below::work, Below::extension}) {
        CHECK_FALSE(is_machinery({FrameKind::interpreter, "_PyEval_EvalFrameDefault", true}, at_start, below));
        CHECK_FALSE(is_machinery({FrameKind::interpreter, "python3.11!0x1000", false}, at_start, below));
        CHECK_FALSE(is_machinery({FrameKind::system, "__libc_start_main", true}, at_start, below));
        CHECK(is_machinery({FrameKind::agent, "thread_start", true}, at_start, below));
    }
}

TEST_CASE("the start of a program or thread is machinery above its first Python frame") {
    CHECK(is_machinery({FrameKind::system, "__libc_start_main", true}, at_start, Below::python));
    CHECK_FALSE(is_machinery({FrameKind::system, "qsort", true}, in_a_program, Below::python));
    CHECK_FALSE(is_machinery({FrameKind::system, "qsort", true}, below_python, Below::python));
}

TEST_CASE("a wrapper is machinery on the way to other code, and stays where it works itself") {
    const Judged wrapper{FrameKind::wrapper, "f2py_rout_heat_evolve", true};
    for (const Above above : {below_python, at_start, in_a_program}) CHECK(is_machinery(wrapper, above, Below::python));
    CHECK(is_machinery(wrapper, below_python, Below::extension));
    CHECK_FALSE(is_machinery(wrapper, in_a_program, Below::extension));
    CHECK_FALSE(is_machinery(wrapper, below_python, Below::work));
    CHECK_FALSE(is_machinery(wrapper, below_python, Below::wrapper));
    CHECK(is_machinery({FrameKind::interpreter, "python3.11!0x1000", false}, below_python, Below::wrapper));
    CHECK_FALSE(is_machinery({FrameKind::interpreter, "PyNumber_Add", true}, below_python, Below::wrapper));
}

TEST_CASE("call glue is known by its name") {
    for (const char* name : {"_PyObject_Vectorcall", "PyObject_CallMethod", "method_vectorcall_NOARGS", "slot_tp_call",
                             "_PyEval_EvalFrameDefault", "wrap_binaryfunc", "_PyObject_MakeTpCall", "type_call"}) {
        CAPTURE(name);
        CHECK(is_call_glue(name));
    }
    for (const char* name : {"list_sort_impl", "dict_subscript", "PyNumber_Add", "long_add", "gc_collect_main", ""}) {
        CAPTURE(name);
        CHECK_FALSE(is_call_glue(name));
    }
}

}  // namespace
}  // namespace pyprof::merge
