#pragma once
// Linkage names of compilers other than C++'s, made into what the author of the function would call it. Each function
// answers with an empty text if the name is none of its language; Rust's newer names are in rust_names.h.
#include <string>
#include <string_view>

namespace pyprof::symbols {

// Cython's C names of Python functions ("__pyx_pf_4heat_5Plate_2evolve", "__pyx_pw_…") and of C functions
// ("__pyx_f_4heat_evolve"): "heat.Plate.evolve". Cython/Compiler/Symtab.py, 0.29 to 3.1: every scope is its length, its
// name and "_"; Python functions are then counted, from the second on by a number. So "6fib_of_python" is either
// function 6, fib_of_python, or the first of fib_of; it is read as the latter where the scope is not within `module`
// (the last part of the module's name, empty: it has only one), or begins like a class with a capital. What the C
// compiler appended stays
// ("._omp_fn.0").
std::string cython_name(std::string_view linkage_name, std::string_view module = {});

// gfortran's names of module procedures, "__heat_MOD_evolve": "heat::evolve"; of contained procedures, "evolve.0":
// "evolve". A procedure outside of modules ("evolve_") is only known as such with debugging information.
std::string fortran_name(std::string_view linkage_name);

// The Python function that Numba compiled, by its demangled name, "__main__::my_sqrt[abi:v1][abi:c8t…](double)":
// "my_sqrt". Modules other than __main__ are kept, "<locals>" is written out (numba/core/itanium_mangler.py).
std::string numba_name(std::string_view demangled);

// Rust's older names, demangled as if they were C++, "heat::outer::h0123456789abcdef": "heat::outer".
std::string rust_legacy_name(std::string_view demangled);

}  // namespace pyprof::symbols
