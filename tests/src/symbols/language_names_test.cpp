#include "symbols/language_names.h"

#include "symbols/demangle.h"
#include "tests/support/catch.h"

namespace pyprof::symbols {
namespace {

struct Example {
    const char* linkage_name;
    const char* shown;
};

// Cython 0.29 named the functions of tests/kernels/k16_cython/k16.pyx and of its own View.MemoryView so.
TEST_CASE("Cython's functions are named by module, class and function") {
    const auto example = GENERATE(
        Example{"__pyx_pf_3k16_evolve", "k16.evolve"}, Example{"__pyx_pw_3k16_1evolve", "k16.evolve"},
        Example{"__pyx_pf_3k16_2untyped", "k16.untyped"}, Example{"__pyx_pw_3k16_11sqrt_unused", "k16.sqrt_unused"},
        Example{"__pyx_f_3k16_fib_of_c", "k16.fib_of_c"}, Example{"__pyx_pf_3k16_5Plate_2energy", "k16.Plate.energy"},
        Example{"__pyx_pw_3k16_5Plate_1__init__", "k16.Plate.__init__"},
        Example{"__pyx_pf_3k16_8potential_in_parallel._omp_fn.0", "k16.potential_in_parallel._omp_fn.0"},
        Example{"__pyx_f_3k16___pyx_unpickle_Plate__set_state", "k16.__pyx_unpickle_Plate__set_state"},
        Example{"__pyx_pw_15View_dot_MemoryView_1__pyx_unpickle_Enum", "View.MemoryView.__pyx_unpickle_Enum"});
    CAPTURE(example.linkage_name);
    CHECK(cython_name(example.linkage_name) == example.shown);
}

TEST_CASE("a number before a Cython function is not taken for the length of a scope") {
    CHECK(cython_name("__pyx_pf_3k16_6fib_of_python", "k16") == "k16.fib_of_python");
    CHECK(cython_name("__pyx_pf_3k16_6fib_of_python") == "k16.fib_of_python");
    CHECK(cython_name("__pyx_pw_3k16_7fib_of_python", "k16") == "k16.fib_of_python");
    CHECK(cython_name("__pyx_pf_3lab_3k16_evolve", "k16") == "lab.k16.evolve");
    CHECK(cython_name("__pyx_pf_3lab_3k16_5Plate_first", "k16") == "lab.k16.Plate.first");
    CHECK(cython_name("__pyx_pw_3lab_3k16_5outer_1inner", "k16") == "lab.k16.outer.inner");
}

TEST_CASE("what Cython generates for itself, or nobody, is no function of the author's") {
    for (const char* name :
         {"__pyx_pw___pyx_array_1__reduce_cython__", "__pyx_pymod_exec_k16", "__pyx_pf_", "__pyx_pf_3k16",
          "__pyx_pf_3k16_", "__pyx_pf_99999999999999999999k_f", "__pyx_pf_0_f", "evolve"}) {
        CAPTURE(name);
        CHECK(cython_name(name).empty());
    }
}

// gfortran 12, from tests/kernels/k17_f2py/k17.f90.
TEST_CASE("Fortran's module procedures are named by module and procedure") {
    CHECK(fortran_name("__rod_MOD_evolve") == "rod::evolve");
    CHECK(fortran_name("__rod_MOD_total_of") == "rod::total_of");
    CHECK(fortran_name("add.0") == "add");
    for (const char* name :
         {"pi_by_series_", "f2pywrap_rod_evolve_", "___MOD_x", "__MOD_", "f._omp_fn.0", ".0", "add."}) {
        CAPTURE(name);
        CHECK(fortran_name(name).empty());
    }
}

// Numba 0.56, of functions in a script: at its top, in another function, in a class.
TEST_CASE("functions that Numba compiled have their Python names") {
    const std::string tags = "B38c8tJTIcFHzwl2ILiXkcBV0KBSgP9CGZpAgA_3dE";
    const auto shown = [&](const std::string& name, const std::string& types) {
        return numba_name(demangle(name + tags + types));
    };
    CHECK(shown("_ZN8__main__7my_sqrtB2v1", "d") == "my_sqrt");
    CHECK(shown("_ZN7cpython8__main__7my_sqrtB2v1", "d") == "my_sqrt");
    CHECK(shown("_ZN8__main__5outer12_3clocals_3e5innerB2v2", "5ArrayIdLi1E1C7mutable7alignedE") ==
          "outer.<locals>.inner");
    CHECK(shown("_ZN8__main__5Plate6energyB2v3", "5ArrayIdLi1E1C7mutable7alignedE") == "Plate.energy");
    CHECK(shown("_ZN4heat7my_sqrtB2v1", "d") == "heat.my_sqrt");
    CHECK(numba_name(demangle("_ZN3Foo3barB5cxx11Ev")).empty());
    CHECK(numba_name("std::vector<int>::push_back[abi:v15006](int&&)").empty());
    CHECK(numba_name("f[abi:v").empty());
}

TEST_CASE("Rust's older names lose their hash and escapes") {
    const auto example = GENERATE(
        Example{"_ZN4heat5outer17h05f4c6f20d2e8afcE", "heat::outer"},
        Example{"_ZN4heat5outer5inner17hb0a1e40d2e1db9baE", "heat::outer::inner"},
        Example{"_ZN4heat5plate14Plate$LT$T$GT$5total17h38f4aa6f76c6bc5eE", "heat::plate::Plate<T>::total"},
        Example{"_ZN68_$LT$heat..plate..Plate$LT$f64$GT$$u20$as$u20$heat..plate..Relax$GT$5relax17hfe332bc324351f6fE",
                "<heat::plate::Plate<f64> as heat::plate::Relax>::relax"});
    CAPTURE(example.linkage_name);
    CHECK(rust_legacy_name(demangle(example.linkage_name)) == example.shown);
    CHECK(rust_legacy_name("shapes::hidden(double)").empty());
    CHECK(rust_legacy_name("::h0123456789abcdef").empty());
}

}  // namespace
}  // namespace pyprof::symbols
