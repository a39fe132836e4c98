#pragma once
// For what cannot happen. Not for the signal side.
#include <cstdio>
#include <cstdlib>

#define PYPROF_CHECK(condition)                                                                            \
    do {                                                                                                   \
        if (!(condition)) {                                                                                \
            std::fprintf(stderr, "pyprof: internal error: %s at %s:%d\n", #condition, __FILE__, __LINE__); \
            std::abort();                                                                                  \
        }                                                                                                  \
    } while (false)
