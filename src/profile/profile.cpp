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

const char* name_of(CallKind kind) {
    constexpr const char* names[call_kind_count] = {"start",   "point",        "wait",      "collective",
                                                    "barrier", "neighborhood", "one_sided", "window",
                                                    "file",    "communicator", "local"};
    return names[static_cast<std::size_t>(kind)];
}

}  // namespace pyprof::profile
