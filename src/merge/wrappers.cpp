#include "merge/wrappers.h"

#include <algorithm>
#include <array>
#include <span>

namespace pyprof::merge {
namespace {

// Libraries that do nothing else, mostly installed without symbols.
constexpr std::array<std::string_view, 4> wrapper_files{"_ctypes.", "libffi.so", "_cffi_backend.", "libboost_python"};

// Beginnings of names as they are shown. f2pywrap_ is what f2py writes in Fortran, fortran_call its call of any
// routine.
constexpr std::array<std::string_view, 13> wrapper_names{
    "f2py_rout_",    "f2pywrap_", "fortran_call", "_wrap_", "SWIG_",           "swig::",
    "_cffi_",        "ffi_call",  "ffi_closure_", "__Pyx_", "boost::python::", "pybind11::cpp_function::dispatcher",
    "pybind11_meta_"};

// Beginnings of linkage names: Python functions and methods of Cython, pybind11's templates and what is local to them.
constexpr std::array<std::string_view, 4> inlining_wrappers{"__pyx_pw_", "_ZN8pybind11", "_ZNK8pybind11",
                                                            "_ZZN8pybind11"};

bool begins_with_any(std::string_view name, std::span<const std::string_view> beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view b) { return name.starts_with(b); });
}

}  // namespace

bool is_wrapper(std::string_view module_file, const symbols::Function& function) {
    if (begins_with_any(module_file, wrapper_files)) return true;
    if (function.named_by != symbols::NamedBy::symbol) return false;
    if (begins_with_any(function.name, wrapper_names)) return true;
    return !function.file.empty() &&
           (function.name.starts_with("pybind11::") || begins_with_any(function.linkage_name, inlining_wrappers));
}

}  // namespace pyprof::merge
