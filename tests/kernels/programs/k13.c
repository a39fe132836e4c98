// K13: a C extension that squares an array with the interpreter lock held and released, and calls back into Python.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define TRUTH_KERNEL "K13"
#include "truth.h"

enum { length = 20000 };
static double values[length];

static void fill_values(void)
{
    for (int i = 0; i < length; ++i) values[i] = 1.0 + i / (double)length;
}

// Not inlined, so that each half keeps its name.
__attribute__((noinline)) static double square_held(long times)
{
    double sum = 0;
    TRUTH_BEGIN(held)
    for (long pass = 0; pass < times; ++pass)
        for (int i = 0; i < length; ++i) {
            sum += values[i] * values[i];
        }
    TRUTH_END(held)
    return sum;
}

__attribute__((noinline)) static double square_released(long times)
{
    double sum = 0;
    TRUTH_BEGIN(released)
    for (long pass = 0; pass < times; ++pass)
        for (int i = 0; i < length; ++i) {
            sum += values[i] * values[i] * 0.5;
        }
    TRUTH_END(released)
    return sum;
}

static PyObject *held(PyObject *module, PyObject *arguments)
{
    long times;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "l", &times)) return NULL;
    return PyFloat_FromDouble(square_held(times));
}

static PyObject *released(PyObject *module, PyObject *arguments)
{
    long times;
    double sum;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "l", &times)) return NULL;
    Py_BEGIN_ALLOW_THREADS
    sum = square_released(times);
    Py_END_ALLOW_THREADS
    return PyFloat_FromDouble(sum);
}

static PyObject *call_back(PyObject *module, PyObject *arguments)
{
    PyObject *function;
    long times;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "Ol", &function, &times)) return NULL;
    for (long i = 0; i < times; ++i) {
        PyObject *result = PyObject_CallFunction(function, "l", i);
        if (result == NULL) return NULL;
        Py_DECREF(result);
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"held", held, METH_VARARGS, "Squares an array so many times, holding the interpreter lock."},
    {"released", released, METH_VARARGS, "The same with the lock released."},
    {"call_back", call_back, METH_VARARGS, "Calls a function so many times with 0, 1, 2, …"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "k13", .m_size = -1, .m_methods = methods};

PyMODINIT_FUNC PyInit_k13(void)
{
    fill_values();
    return PyModule_Create(&definition);
}
