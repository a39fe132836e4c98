#pragma once
// What the native walker hands to the stitcher. Fixed size, leaf first; lives in per-thread memory of the agent.
#include <cstdint>

namespace pyprof::capture {

inline constexpr std::uint32_t max_native_frames = 512;

struct NativeFrame {
    std::uint64_t pc;      // leaf (and above a signal frame): the interrupted instruction; else a return address
    std::uint64_t sp;      // stack pointer while this frame executes `pc`; strictly increasing from leaf to root
    std::uint16_t module;  // wire module id, 0: code outside every loaded object
    bool is_return_address;
    bool guessed;            // found by the validated stack scan
    std::uint32_t function;  // start of the function by its FDE, as offset from `pc` downwards; 0 if unknown
};

enum class WalkEnd : std::uint8_t {
    bottom,   // the outermost frame of the thread (undefined return address)
    stopped,  // no way to go on: no unwind information and the scan found nothing
    full,     // max_native_frames reached
};

struct NativeStack {
    std::uint32_t count;
    WalkEnd end;
    bool guessed;              // at least one frame is
    std::uint32_t generation;  // ModuleTable::generation() when it was walked
    std::uint64_t stack_end;   // one past the last frame's memory; its own sp if nobody knows how far it goes
    NativeFrame frames[max_native_frames];
};

}  // namespace pyprof::capture
