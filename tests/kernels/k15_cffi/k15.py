"""K15: the same C library through cffi, opened at run time (ABI) or by a compiled module (API).

The arguments are `abi` or `api`, and the folder of the library or module.
"""

import sys

from truth import Truth

truth = Truth("K15")
mode, folder = sys.argv[1:]
if mode == "abi":
    import cffi
    ffi = cffi.FFI()
    ffi.cdef("void plate_relax(long sweeps); double plate_energy(long times);")
    plate = ffi.dlopen(folder + "/libplate.so")
else:
    sys.path.insert(0, folder)
    from k15_api import lib as plate

for _ in truth.rounds():
    with truth.phase("call of relax"):
        plate.plate_relax(400)
    with truth.phase("call of energy"):
        plate.plate_energy(1500)

print("K15 done")
