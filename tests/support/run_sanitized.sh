#!/bin/bash
# run_sanitized.sh BUILD RESULTS.xml: runs the unit tests of a sanitizer build; exit 77 (skipped) without one.
set -euo pipefail
build=$1 results=$2
if [ ! -e "$build/build.ninja" ]; then
    echo "There is no $build. Make it with: cmake --preset asan && cmake --build --preset asan --target unit_tests"
    exit 77
fi
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1
mkdir -p "$(dirname "$results")"
ctest --test-dir "$build" --label-regex '^unit$' --parallel "$(nproc)" --output-on-failure --no-tests=error \
    --output-junit "$results"
