#!/bin/bash
# Fetches the versions of CPython that this machine does not have from other suites of its own Debian, with their headers,
# and unpacks them where tests/support/runs.py finds them: FOLDER/SUITE/usr/bin/python3.X. Nothing is installed; no root
# is needed. What is there already is left as it is. What cannot be had is said, and its tests are skipped by name.
#
# usage: fetch_pythons.sh [FOLDER]    (default: $PYPROF_TEST_PYTHONS, else ~/.cache/pyprof-tests/pythons)
#
# The package source is the machine's own, with another suite's name. An interpreter that was built for a newer C library
# than the machine's is started by its own suite's dynamic loader; one for an older C library gets the other libraries
# that the machine lacks. Either way FOLDER/SUITE/usr/bin/python3.X starts it, and FOLDER/SUITE/run any other program like that.
set -euo pipefail

folder=${1:-${PYPROF_TEST_PYTHONS:-${XDG_CACHE_HOME:-$HOME/.cache}/pyprof-tests/pythons}}
wanted=("sid 3.14" "sid 3.15" "trixie 3.13" "bullseye 3.9")
libraries=x86_64-linux-gnu

# The first source of the machine's own suite, as an apt source of suite $1; nothing if there is none.
source_of() {
    local codename=$VERSION_CODENAME
    awk -v suite="$1" -v codename="$codename" '
        /^#/ { next }
        /^[[:space:]]*$/ { if (found) exit; block = ""; next }
        /^Suites:/ { found = index(" " $0 " ", " " codename " "); $0 = "Suites: " suite }
        { block = block $0 "\n" }
        END { if (found) printf "%s", block }' /etc/apt/sources.list.d/debian.sources 2>/dev/null | grep . ||
        { cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true; } |  # one of them may be missing
        sed -nE "/^deb (\[[^]]*\] )?([^ ]+) $codename .*/{s//deb \1\2 $1 main/p;q}" | grep .
}

# Makes the private apt of suite $1, below $2, and fills its lists. The machine's source may be a mirror that stands still.
prepare_apt() {
    mkdir -p "$2"/{lists/partial,cache/archives/partial,sources}
    local source
    source=$(source_of "$1") || return 1
    case $source in
        Types:*) printf '%s\n' "$source" >"$2/sources/own.sources" ;;
        *) printf '%s\n' "$source" >"$2/sources/own.list" ;;
    esac
    : >"$2/status"
    cat >"$2/apt.conf" <<EOF
Dir::State::Lists "$2/lists";
Dir::State::status "$2/status";
Dir::Cache "$2/cache";
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$2/sources";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::Check-Valid-Until "false";
APT::Sandbox::User "";
APT::Install-Recommends "0";
Debug::NoLocking "1";
EOF
    APT_CONFIG=$2/apt.conf apt-get -qq update </dev/null
}

# Downloads CPython $2 of suite $1 and all it needs, and unpacks it into $3.
unpack() {
    local suite=$1 version=$2 root=$3 apt=$3/apt package
    [ -e "$apt/apt.conf" ] || prepare_apt "$suite" "$apt" || return 1
    export APT_CONFIG=$apt/apt.conf
    apt-get -qq -y --download-only install "python$version-minimal" "libpython$version-stdlib" \
        "libpython$version" </dev/null || return 1
    (cd "$apt/cache/archives" && apt-get -qq download "libpython$version-dev" </dev/null) || return 1
    for package in "$apt"/cache/archives/*.deb; do dpkg-deb -x "$package" "$root" || return 1; done
    rm -rf "$apt/cache"
    mkdir -p "$apt/cache/archives/partial"
}

# Of the C library in file $1.
libc_version() { grep -ao 'GNU C Library .* version [0-9]*\.[0-9]*' "$1" | head -1 | grep -oE '[0-9.]+$'; }

# The first file called $2 among the libraries of root $1.
library_of() {
    local place
    for place in "$1/usr/lib/$libraries" "$1/lib/$libraries"; do
        [ ! -e "$place/$2" ] || { echo "$place/$2"; return; }
    done
}

# Makes links in $1/lacking to the libraries that the interpreter of root $1 needs and the machine does not have.
link_lacking() {
    local name file
    mkdir -p "$1/lacking"
    for _ in 1 2 3; do  # libraries need libraries
        objdump -p "$1"/usr/bin/python3.* "$1"/usr/lib/python3*/lib-dynload/*.so "$1"/lacking/* 2>/dev/null |
            awk '$1 == "NEEDED" { print $2 }' | sort -u | while read -r name; do
                ldconfig -p | grep -q "^	$name " && continue
                file=$(library_of "$1" "$name")
                [ -z "$file" ] || ln -sf "$file" "$1/lacking/$name"
            done
    done
}

# Puts a script in the place of program $2 of root $1 that starts it, and one that starts others beside the root.
wrap() {
    local root=$1 program=$2 own machine start name
    own=$(libc_version "$(library_of "$root" libc.so.6)")
    machine=$(libc_version "/lib/$libraries/libc.so.6")
    mv "$program" "$program.elf"
    if dpkg --compare-versions "$own" gt "$machine"; then
        start="exec \"$(library_of "$root" ld-linux-x86-64.so.2)\" --library-path \"$root/usr/lib/$libraries:/usr/lib/$libraries\""
        name="--argv0 \"\$0\""
    else
        link_lacking "$root"
        start="export LD_LIBRARY_PATH=\"$root/lacking\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}\"; exec"
        name="-a \"\$0\""
    fi
    printf '#!/bin/bash\n%s %s "%s" "$@"\n' "$start" "$name" "$program.elf" >"$program"
    printf '#!/bin/bash\n%s "$@"\n' "$start" >"$root/run"
    chmod +x "$program" "$root/run"
}

fetch() {
    local suite=$1 version=$2 root=$folder/$1 program=$folder/$1/usr/bin/python$2
    [ -e "$program.elf" ] && return
    mkdir -p "$root"
    unpack "$suite" "$version" "$root" && wrap "$root" "$program" && "$program" -c 'import ctypes, hashlib' && return
    rm -f "$program" "$program.elf"
    return 1
}

. /etc/os-release
if [ "${ID:-}" != debian ] || ! command -v dpkg-deb >/dev/null; then
    echo "$0: this is no Debian; versions of CPython that are not installed are skipped" >&2
    exit 0
fi
for each in "${wanted[@]}"; do
    read -r suite version <<<"$each"
    fetch "$suite" "$version" || echo "$0: no CPython $version from $suite; its tests are skipped" >&2
done
