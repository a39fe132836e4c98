#!/bin/bash
# Installs the Debian packages that pyprof needs: `install_packages.sh run` to build it and profile an MPI job,
# `install_packages.sh test` for those and what the tests use. Debian 12 and 13, as root or by a user with sudo.
# What is there already is left as it is, so a second call needs no network.
set -euo pipefail

kind=${1:-}
case "$kind" in
    run | test) ;;
    *) echo "usage: $0 run|test" >&2; exit 2 ;;
esac

run_packages=(
    build-essential cmake ninja-build pkg-config
    libdw-dev libelf-dev libxxhash-dev libprotobuf-dev protobuf-compiler zlib1g-dev libminizip-dev
    libcli11-dev libfmt-dev nlohmann-json3-dev libcpp-httplib-dev
    openmpi-bin libopenmpi-dev python3 python3-numpy python3-mpi4py
)
test_packages=(
    catch2 libunwind-dev libpapi-dev libzstd-dev libbenchmark-dev ccache
    clang clang-format clang-tidy
    python3-dev python3-pytest python3-jsonschema python3-numba libopenblas0-pthread libblas3 liblapack3
    cython3 gfortran swig pybind11-dev libboost-python-dev python3-cffi python3-scipy python3-numexpr
    python3-ipykernel python3-nbconvert python3-ipyparallel python3-venv
    python3-pandas python3-tables python3-multiprocess python3-dill python3-greenlet python3-petsc4py python3-slepc4py
    python3-h5py python3-h5py-mpi python3-mpi4py-fft python3-pyopencl pocl-opencl-icd
    mpich libmpich-dev
    libdebuginfod-dev
    git procps strace elfutils chromium valgrind mandoc zsh fish
)

. /etc/os-release
case "${ID:-}-${VERSION_ID:-}" in
    debian-12) test_packages+=(libclang-rt-14-dev) ;;
    debian-13) test_packages+=(libclang-rt-19-dev) ;;
    *)
        echo "$0: this is ${PRETTY_NAME:-an unknown system}; the package names are known for Debian 12 and 13 only." >&2
        echo "Install what these are called here, then use cmake directly (docs/contributing.md):" >&2
        echo "  ${run_packages[*]}" >&2
        [ "$kind" = run ] || echo "  ${test_packages[*]} nodejs npm golang-go" >&2
        exit 2
        ;;
esac

packages=("${run_packages[@]}")
if [ "$kind" = test ]; then
    packages+=("${test_packages[@]}")
    # Node.js and Go often come from somewhere else than Debian, and then must not be replaced.
    command -v npm >/dev/null || packages+=(nodejs npm)
    command -v go >/dev/null || packages+=(golang-go)
fi

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "$0: run this as root, or install sudo; missing: ${missing[*]}" >&2; exit 1; }
    as_root=(sudo)
fi
apt_get() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 \
        -o Acquire::Retries=5 -o Dpkg::Use-Pty=0 "$@" </dev/null
}

echo "Installing ${#missing[@]} packages: ${missing[*]}"
for attempt in 1 2 3; do
    # Other people's package sources may be out of order; only the installation itself must succeed.
    apt_get update || true
    if apt_get install --no-install-recommends "${missing[@]}"; then exit 0; fi
    echo "$0: attempt $attempt failed" >&2
    sleep $((attempt * 5))
done
echo "$0: apt-get could not install: ${missing[*]}" >&2
exit 1
