#pragma once
// Which native functions only pass calls on between Python and code in another language: what ctypes, cffi, Cython,
// f2py, SWIG, pybind11 and Boost.Python put there.
#include <string_view>

#include "symbols/module_symbols.h"

namespace pyprof::merge {

// Judged by the file name of the function's module and by its names. Where a compiler usually inlines the user's
// function into the wrapper (Cython, pybind11 over lambdas), only a wrapper with source lines counts: without them the
// user's function has no frame of its own, and the wrapper's is all there is of it.
bool is_wrapper(std::string_view module_file, const symbols::Function& function);

}  // namespace pyprof::merge
