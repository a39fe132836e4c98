#!/bin/bash
# run_viewer.sh SCRIPT: runs a script of viewer/package.json; exit 77 (skipped) where its packages are not installed.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if ! command -v npm >/dev/null || [ ! -d "$top/viewer/node_modules" ]; then
    echo "The viewer's packages are not installed: tests/support/install_viewer.sh"
    exit 77
fi
cd "$top/viewer"
exec npm run --silent "$1" </dev/null
