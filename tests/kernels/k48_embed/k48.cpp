// K48: a simulation that hosts the interpreter, as LAMMPS does. Each round goes from C++ into a Python step, from there
// back into C++, and from there into Python again. The script is the argument.
#include <Python.h>
#include <cstdio>
#include <vector>

#define TRUTH_KERNEL "K48"
#include "truth.h"

namespace {

// A reference to a Python object; the interpreter lock must be held.
class Object {
public:
    explicit Object(PyObject* object) : object_{object} {
        if (object_ == nullptr) PyErr_Print(), exit(1);
    }
    ~Object() { Py_DECREF(object_); }
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;
    PyObject* get() const { return object_; }

private:
    PyObject* object_;
};

constexpr const char* script_module = "k48";

double seconds_wanted() {
    const char* text = getenv("PYPROF_KERNEL_SECONDS");
    return text == nullptr ? 1 : atof(text);
}

class Simulation {
public:
    Simulation() : places_(20'000, 1.0) {}

    // Until the CPU time of $PYPROF_KERNEL_SECONDS is used up. The interpreter lock is free meanwhile.
    __attribute__((noinline)) void run() {
        const auto end = truth_clock(CLOCK_THREAD_CPUTIME_ID) + static_cast<int64_t>(seconds_wanted() * 1e9);
        TRUTH_BEGIN_IN(whole, "{anonymous}::Simulation::run")
        while (truth_clock(CLOCK_THREAD_CPUTIME_ID) < end) {
            integrate();
            take_step();
        }
        TRUTH_END_WITH_CALLEES(whole)
    }

    __attribute__((noinline)) double energy(long passes) {
        double sum = 0;
        TRUTH_BEGIN_IN(energy, "{anonymous}::Simulation::energy")
        for (long pass = 0; pass < passes; ++pass)
            for (const double place : places_) {
                sum += place * place;
            }
        TRUTH_END(energy)
        return sum;
    }

    __attribute__((noinline)) void visit(PyObject* visitor, long times) {
        for (long i = 0; i < times; ++i) {
            Object{PyObject_CallFunction(visitor, "l", i)};
        }
    }

private:
    __attribute__((noinline)) void integrate() {
        TRUTH_BEGIN_IN(integrate, "{anonymous}::Simulation::integrate")
        for (int pass = 0; pass < 1500; ++pass)
            for (double& place : places_) {
                place += 1e-9 * place;
            }
        TRUTH_END(integrate)
    }

    __attribute__((noinline)) void take_step() {
        const PyGILState_STATE lock = PyGILState_Ensure();
        {
            const Object script{PyImport_ImportModule(script_module)};
            Object{PyObject_CallMethod(script.get(), "step", nullptr)};
        }
        PyGILState_Release(lock);
    }

    std::vector<double> places_;
};

Simulation* simulation;

PyObject* host_energy(PyObject*, PyObject* arguments) {
    long passes = 0;
    if (!PyArg_ParseTuple(arguments, "l", &passes)) return nullptr;
    return PyFloat_FromDouble(simulation->energy(passes));
}

PyObject* host_visit(PyObject*, PyObject* arguments) {
    PyObject* visitor = nullptr;
    long times = 0;
    if (!PyArg_ParseTuple(arguments, "Ol", &visitor, &times)) return nullptr;
    simulation->visit(visitor, times);
    Py_RETURN_NONE;
}

PyMethodDef methods[] = {
    {"energy", host_energy, METH_VARARGS, "The energy of the simulation, computed so many times."},
    {"visit", host_visit, METH_VARARGS, "Calls a function so many times with 0, 1, 2, …"},
    {nullptr, nullptr, 0, nullptr},
};

PyObject* init_host() {
    static PyModuleDef definition = {
        PyModuleDef_HEAD_INIT, "host", nullptr, -1, methods, nullptr, nullptr, nullptr, nullptr};
    return PyModule_Create(&definition);
}

void start_interpreter(const char* folder) {
    PyImport_AppendInittab("host", init_host);
    Py_InitializeEx(0);
    PyList_Insert(PySys_GetObject("path"), 0, Object{PyUnicode_FromString(folder)}.get());
    Object{PyImport_ImportModule(script_module)};
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    Simulation hosted;
    simulation = &hosted;
    start_interpreter(argv[1]);
    PyThreadState* const state = PyEval_SaveThread();
    hosted.run();
    PyEval_RestoreThread(state);
    if (Py_FinalizeEx() < 0) return 1;
    std::puts("K48 done");
    return 0;
}
