#!/bin/bash
# Installs what the tests need, builds pyprof and runs every test there is; what continuous integration runs.
# Ends with a table of what ran and what was skipped, and with ctest's own summary.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

bash "$top/tests/support/install_packages.sh" test
. "$top/tests/support/as_invoking_user.sh"

cd "$top"
jobs=$(nproc)
results=build/dev/results
rm -rf "$results"
mkdir -p "$results"
launcher=()
if command -v ccache >/dev/null; then
    launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi

step() { printf '\n=== %s (%d s so far)\n' "$1" "$SECONDS"; }

step "build"
cmake --preset dev "${launcher[@]}" >"$results/configure.log" || { cat "$results/configure.log"; exit 1; }
cmake --build build/dev -j "$jobs"

step "build with AddressSanitizer and UndefinedBehaviorSanitizer"
cmake --preset asan "${launcher[@]}" >"$results/configure_asan.log" || { cat "$results/configure_asan.log"; exit 1; }
cmake --build build/asan -j "$jobs" --target unit_tests

# The README's first command, as people type it: another optimisation level, other warnings, the installed layout.
step "quick start"
bash docs/quick_start.sh </dev/null >"$results/quick_start.log" 2>&1 || { cat "$results/quick_start.log"; exit 1; }
tail -n 60 "$results/quick_start.log"

step "viewer"
bash tests/support/install_viewer.sh || echo "The viewer's packages are missing; its tests are skipped."

step "versions of CPython"
bash "$top/tests/support/fetch_pythons.sh" || echo "Versions of CPython are missing; their tests are skipped."

step "tests"
ctest --test-dir build/dev --show-only=json-v1 >"$results/ctest.json"
status=0
ctest --test-dir build/dev -j "$jobs" --output-on-failure --output-junit "$top/$results/ctest.xml" \
    </dev/null 2>&1 | tee "$results/ctest.log" || status=$?

# On a busy machine one of many timed runs may fail for want of a core. What failed runs again by itself, and the table
# names what passed only then; what fails twice has failed.
if [ "$status" -ne 0 ]; then
    step "what failed, once more by itself"
    mkdir "$results/first"
    cp "$results"/*.xml "$results/first"
    status=0
    PYPROF_FIRST_RESULTS="$top/$results/first" ctest --test-dir build/dev --rerun-failed -j 1 --output-on-failure --output-junit "$top/$results/again.xml" \
        </dev/null 2>&1 | tee "$results/ctest_again.log" || status=$?
fi

step "what ran"
python3=$(command -v /usr/bin/python3 python3 | head -1)
"$python3" tests/support/summary.py tests/required.txt "$results" || status=$?
echo
sed -n '/tests passed,/,$p' "$results/ctest.log"
if [ -e "$results/ctest_again.log" ]; then
    echo "Once more by itself:"
    sed -n '/tests passed,/,$p' "$results/ctest_again.log"
fi
exit "$status"
