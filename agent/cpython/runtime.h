#pragma once
// The interpreter of this process, as agent/discover found it and as the handler uses it. Plain data: filled outside
// signal handlers, then read by all of them without change.
#include <cstdint>

#include "agent/cpython/layout.h"
#include "agent/cpython/thread_local.h"

namespace pyprof::cpython {

enum class RuntimeState : std::uint8_t {
    none,         // no loaded object holds a CPython
    unsupported,  // there is one whose frames cannot be read; `message` says why
    ready,
};

// Code of the interpreter: [begin, end), empty if there is none.
struct CodeRange {
    std::uint64_t begin = 0, end = 0;
    bool holds(std::uint64_t address) const { return address >= begin && address < end; }
};

struct PythonRuntime {
    RuntimeState state = RuntimeState::none;
    std::uint32_t version_hex = 0;  // PY_VERSION_HEX; 0 unknown
    PythonLayout layout{};
    std::uint64_t runtime = 0;         // address of _PyRuntime
    std::uint64_t begin = 0, end = 0;  // memory of the loaded object it belongs to; empty: unknown
    std::uint64_t code_type = 0;       // address of PyCode_Type
    std::uint64_t text_type = 0;       // address of PyUnicode_Type
    // pthread_getspecific of the process. It only reads, so a handler may call it; the interpreter's own accessors may
    // not be called there: in a libpython that came by dlopen they allocate thread-local storage at a thread's first
    // use.
    void* (*thread_specific)(unsigned key) = nullptr;
    ThreadLocal bound_thread;  // the same, where the layout names no key
    // Activations::counted, and control_frames if it was found: the evaluation loop's function, and the part of it that
    // the compiler moved away.
    CodeRange loop, loop_cold;
    // Functions that exported ones call to collect garbage; 0: none. One of them is the collector, whose name is not
    // exported, the others (that save an exception, say) do not run below each other.
    std::uint64_t collector[16] = {};
    char message[256] = {};
};

}  // namespace pyprof::cpython
