#!/bin/bash
# Installs the packages that building and testing the viewer takes, as package-lock.json pins them, unless they are there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../viewer"
if [ node_modules/.package-lock.json -nt package-lock.json ]; then exit 0; fi
for attempt in 1 2 3; do
    if npm ci --no-audit --no-fund --loglevel=error </dev/null; then
        touch node_modules/.package-lock.json
        exit 0
    fi
    echo "$0: attempt $attempt failed" >&2
    sleep $((attempt * 5))
done
exit 1
