#!/bin/bash
# From a fresh Debian 12 or 13 to a profile: installs packages, builds pyprof, profiles an MPI heat-equation solver
# (mpi4py, NumPy and a C kernel) on two ranks, prints the report and names the flame graph.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

bash "$top/tests/support/install_packages.sh" run
. "$top/tests/support/as_invoking_user.sh"

cd "$top"
cmake --preset release >/dev/null
cmake --build build/release
cmake -S tests/kernels/heat -B build/heat -G Ninja >/dev/null
cmake --build build/heat

pyprof=$top/build/release/bin/pyprof
profile=$top/build/heat/heat.pyprof
rm -rf "$profile" "$profile.d"

set -x
mpirun -n 2 --oversubscribe "$pyprof" -o "$profile" \
    /usr/bin/python3 tests/kernels/heat/heat.py --library build/heat/libheat.so
"$pyprof" report "$profile"
"$pyprof" report "$profile" --html build/heat/heat.html
{ set +x; } 2>/dev/null

echo
echo "The flame graph: $top/build/heat/heat.html"
