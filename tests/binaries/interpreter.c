/* Functions named like CPython's; each its own few bytes. */
#define FUNCTION(name) \
    int name(int x);   \
    __attribute__((noinline)) int name(int x) { return x * __LINE__ + (int)sizeof #name; }

FUNCTION(Py_RunMain)
FUNCTION(_PyEval_EvalFrameDefault)
FUNCTION(PyObject_Vectorcall)
FUNCTION(cfunction_vectorcall_FASTCALL)
FUNCTION(method_vectorcall_NOARGS)
FUNCTION(slot_nb_add)
FUNCTION(PyNumber_Add)
FUNCTION(list_sort_impl)
FUNCTION(merge_at)
FUNCTION(gc_collect_main)
