#include "merge/wrappers.h"

#include "symbols/demangle.h"
#include "tests/support/catch.h"

namespace pyprof::merge {
namespace {

// Linkage names are those that GCC 12, gfortran, Cython 0.29, f2py, SWIG 4.1, cffi 1.15, pybind11 2.10 and Boost 1.74
// gave to functions of the reference kernels.
symbols::Function function(const char* linkage_name, const char* file = "") {
    return {symbols::display_name(linkage_name), linkage_name, file, 0, symbols::NamedBy::symbol};
}

TEST_CASE("libraries that only pass calls on are wrappers with all their functions") {
    const symbols::Function nameless{"_ctypes!0x9f1d", "", "", 0, symbols::NamedBy::range};
    CHECK(is_wrapper("_ctypes.cpython-311-x86_64-linux-gnu.so", nameless));
    CHECK(is_wrapper("libffi.so.8", function("ffi_call")));
    CHECK(is_wrapper("_cffi_backend.cpython-311-x86_64-linux-gnu.so", nameless));
    CHECK(is_wrapper("libboost_python311.so.1.74.0", nameless));
    CHECK_FALSE(is_wrapper("_ctypes_like.so", nameless));
    CHECK_FALSE(is_wrapper("libheat.so", nameless));
}

TEST_CASE("generated wrappers are known by their names") {
    for (const char* name :
         {"f2py_rout_k17_rod_evolve", "f2pywrap_rod_evolve_", "fortran_call", "_wrap_plate_relax",
          "SWIG_Python_ConvertPtrAndOwn", "_cffi_f_plate_relax", "__Pyx_PyObject_Call", "__Pyx_CyFunction_CallAsMethod",
          "_ZN8pybind1112cpp_function10dispatcherEP7_objectS2_S2_", "pybind11_meta_call",
          "_ZN5boost6python7objects23caller_py_function_implINS0_6detail6callerIM5PlateIdEFvlENS0_"
          "21default_call_policiesENS_3mpl7vector3IvRS6_lEEEEEclEP7_objectSH_"}) {
        CAPTURE(name);
        CHECK(is_wrapper("k.so", function(name)));
    }
    for (const char* name : {"plate_relax", "__rod_MOD_evolve", "array_from_pyobj", "_ZN5PlateIdE5relaxEl",
                             "pybind11_init_k19", "__pyx_pf_3k16_evolve", "__pyx_f_3k16_fib_of_c", "wrap_up"}) {
        CAPTURE(name);
        CHECK_FALSE(is_wrapper("k.so", function(name, "k.c")));
    }
}

TEST_CASE("a wrapper that usually holds the user's code counts only where lines tell them apart") {
    for (const char* name : {"__pyx_pw_3k16_1evolve", "_ZN8pybind1112cpp_function20make_function_recordEv.isra.0"}) {
        CAPTURE(name);
        CHECK(is_wrapper("k.so", function(name, "k.c")));
        CHECK_FALSE(is_wrapper("k.so", function(name)));
    }
}

}  // namespace
}  // namespace pyprof::merge
