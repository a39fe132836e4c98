#include "agent/mpi/abi.h"

namespace pyprof::mpi {
namespace {

std::optional<Abi> recognise() {
    // MPICH built for the standard's interface says that it is MPICH, too.
    if (auto found = standard_abi()) return found;
    if (auto found = open_mpi_abi()) return found;
    return mpich_abi();
}

}  // namespace

const Abi* abi() {
    static const std::optional<Abi> found = recognise();
    return found ? &*found : nullptr;
}

}  // namespace pyprof::mpi
