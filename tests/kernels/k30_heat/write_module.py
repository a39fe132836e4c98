"""Writes the C source of the module k30_cffi; the argument is the file to write."""

import sys

import cffi

step = "void heat_step(const double *field, double *next, long rows, long columns, double weight);"
ffi = cffi.FFI()
ffi.cdef(step)
ffi.set_source("k30_cffi", step.replace("*field", "*restrict field").replace("*next", "*restrict next"))
ffi.emit_c_code(sys.argv[1])
