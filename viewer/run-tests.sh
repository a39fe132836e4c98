#!/bin/sh
# Runs one group of the viewer's tests: check, unit, dist or browser. Exit 77: something it needs is missing here.
# Usage: run-tests.sh STEP [MAKE_PAGE]    MAKE_PAGE is the program built from tests/make_page.cpp.
set -eu
cd "$(dirname "$0")"

skip() {
    echo "skipped: $1"
    exit 77
}

command -v node > /dev/null || skip 'no Node.js; install nodejs and npm'
[ -d node_modules ] || skip 'no packages; run "npm ci" in viewer'

case $1 in
check) node node_modules/typescript/bin/tsc --noEmit ;;
unit) node test.mjs ;;
dist) sh check-dist.sh ;;
browser)
    command -v "${PYPROF_CHROMIUM:-chromium}" > /dev/null || skip 'no browser; install chromium or set PYPROF_CHROMIUM'
    pages=$(mktemp -d)
    trap 'rm -rf "$pages"' EXIT
    if [ $# -gt 1 ]; then
        "$2" sample "$pages/sample.html"
        "$2" 1000000 "$pages/million.html"
    fi
    PYPROF_PAGES=$pages node --test tests/
    ;;
*)
    echo "run-tests.sh: no tests called $1" >&2
    exit 2
    ;;
esac
