#pragma once
// One sample's stack after stitching: node keys as they go into the calling context tree. Leaf first.
#include <cstdint>

#include "agent/capture/native_stack.h"
#include "agent/capture/python_stack.h"

namespace pyprof::capture {

inline constexpr std::uint32_t max_merged_frames = max_native_frames + max_python_frames + 8;

struct MergedStack {
    std::uint32_t count;
    bool exact;  // every marker fell into exactly one native frame, in order
    bool has_python;
    std::uint64_t keys[max_merged_frames];  // wire::node_key
};

}  // namespace pyprof::capture
