#include "profile/profile.h"

namespace pyprof::profile {

const char* name_of(Domain domain) {
    switch (domain) {
        case Domain::python:
            return "python";
        case Domain::native:
            return "native";
        case Domain::jit:
            return "jit";
        case Domain::mpi:
            return "mpi";
        case Domain::os:
            return "os";
    }
    return "os";
}

}  // namespace pyprof::profile
