#pragma once
// Linkage names made into what the author of the function would call it.
#include <string>
#include <string_view>

namespace pyprof::symbols {

// The C++ name of an Itanium-ABI linkage name ("_Z…"), whole: with parameters and template arguments. Clone suffixes
// (".cold", ".constprop.0") are not part of it. Empty if `linkage_name` is none.
std::string demangle(std::string_view linkage_name);

// `linkage_name` without what the compiler appended when it cloned or split the function: ".cold", ".part.0",
// ".constprop.0", ".isra.0", ".lto_priv.0", ".llvm.123". OpenMP bodies ("f._omp_fn.0") are functions of their own.
std::string_view without_clone_suffix(std::string_view linkage_name);

// A demangled name for people: no parameter list, no return type, no ABI tags, the library's inline namespaces and
// default arguments left out ("std::string"), template arguments longer than 24 characters shortened to "<...>",
// lambdas without number: "heat::solve::{lambda}::operator()".
std::string simplify(std::string_view demangled);

// What to show for a linkage name: C++ demangled and simplified; Cython's, Fortran's, Numba's and Rust's as their
// authors wrote them (language_names.h, rust_names.h); anything else as it is without clone suffix.
// `module` is the name of a Python extension, without folder and suffix, as far as it is known.
std::string display_name(std::string_view linkage_name, std::string_view module = {});

}  // namespace pyprof::symbols
