// K20: Boost.Python over a class template and a function.
#include <boost/python.hpp>

#define TRUTH_KERNEL "K20"
#include "plate.hpp"

double energy(const Plate<double>& plate, long times) {
    double sum = 0;
    TRUTH_BEGIN(energy)
    for (long time = 0; time < times; ++time)
        for (const double cell : plate.cells()) sum += cell * cell;
    TRUTH_END(energy)
    return sum;
}

BOOST_PYTHON_MODULE(k20) {
    boost::python::class_<Plate<double>>("Plate", boost::python::init<std::size_t>())
        .def("relax", &Plate<double>::relax)
        .def("energy", &energy);
}
