#!/bin/sh
# Fails if dist/viewer.html is not what the sources build. To mend it: npm run build, then commit dist.
set -eu
cd "$(dirname "$0")"
fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
node build.mjs "$fresh" > /dev/null
if ! cmp -s "$fresh" dist/viewer.html; then
    echo 'viewer/dist/viewer.html is not what the sources build: run "npm run build" in viewer and commit dist' >&2
    exit 1
fi
