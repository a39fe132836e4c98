#include "agent/preload/engine.h"

namespace pyprof::preload {

bool phase_ends(capture::Arming& arming) {
    const bool begun = arming.samples_to_change != 0;
    if (begun && --arming.samples_to_change != 0) return false;
    arming.samples_to_change = 8 + static_cast<std::uint32_t>(arming.random.below(17));
    return begun;
}

}  // namespace pyprof::preload
