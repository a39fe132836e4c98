#pragma once
// What the Python walker hands to the stitcher. Fixed size, leaf first; lives in per-thread memory of the agent.
#include <cstdint>

namespace pyprof::capture {

inline constexpr std::uint32_t max_python_leaf_frames = 512;  // kept at the leaf end
inline constexpr std::uint32_t max_python_root_frames = 64;   // kept at the root end of a deeper stack
inline constexpr std::uint32_t max_python_frames = max_python_leaf_frames + max_python_root_frames;
inline constexpr std::uint32_t max_activations = 256;

struct PythonFrame {
    std::uint32_t code;  // wire code id; 0: its code object could not be stored
    std::int32_t unit;   // code unit index of the executing instruction; -1: not started yet
};

// Sorts behind every real marker: frames whose marker was not reached, because the walk ended early.
inline constexpr std::uint64_t no_marker = ~0ULL;

// One running evaluation loop: the frames it executes, and the address of its marker, which lies in its own C frame.
struct Activation {
    std::uint64_t marker;
    std::uint32_t first;  // into PythonStack::frames
    std::uint32_t count;  // may be 0: a loop that is just entered or left
};

enum class PythonWalk : std::uint8_t {
    none,        // no CPython here, or a thread that never ran Python
    complete,    // every frame and marker was read
    unreadable,  // validation failed; what is in the stack was read before that
};

inline constexpr std::uint32_t no_collector = ~0U;  // no native frame is the cycle collector's

struct PythonStack {
    PythonWalk result;
    bool attached;  // the thread holds the GIL (or is attached, in free-threaded builds)
    std::uint32_t count;
    std::uint32_t cut_at;  // frames[cut_at] is the first root-end frame after a cut; 0: nothing was cut
    std::uint32_t activation_count;
    std::uint32_t unknown_codes;  // frames whose code is 0
    std::uint32_t collector;      // the native frame with which the cycle collector begins
    std::uint64_t outermost;      // address of the outermost frame that was read, 0: none
    PythonFrame frames[max_python_frames];
    Activation activations[max_activations];
};

}  // namespace pyprof::capture
