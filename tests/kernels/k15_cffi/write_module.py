"""Writes the C source of the module k15_api; the argument is the file to write."""

import sys

import cffi

ffi = cffi.FFI()
ffi.cdef("void plate_relax(long sweeps); double plate_energy(long times);")
ffi.set_source("k15_api", '#include "plate.h"')
ffi.emit_c_code(sys.argv[1])
