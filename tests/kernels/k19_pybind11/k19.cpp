// K19: pybind11 over a class template, which runs without the interpreter's lock, and over a lambda, which holds it.
#include <pybind11/pybind11.h>

#define TRUTH_KERNEL "K19"
#include "plate.hpp"

PYBIND11_MODULE(k19, module) {
    pybind11::class_<Plate<double>>(module, "Plate")
        .def(pybind11::init<std::size_t>())
        .def("relax", &Plate<double>::relax, pybind11::call_guard<pybind11::gil_scoped_release>())
        .def("energy", [](const Plate<double>& plate, long times) {
            double sum = 0;
            TRUTH_BEGIN_IN(energy, "pybind11_init_k19::{lambda}::operator()")
            for (long time = 0; time < times; ++time)
                for (const double cell : plate.cells()) sum += cell * cell;
            TRUTH_END(energy)
            return sum;
        });
}
