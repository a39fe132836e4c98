#pragma once
// Finds the context below a parent that has a given key. Open addressing over ids of a vector that somebody else
// owns: 8 bytes per context, which matters where 64 ranks of 50 000 contexts meet.
#include <cstdint>
#include <vector>

#include "gather/tree.h"

namespace pyprof::gather {

class ContextIndex {
public:
    // The id of (parent, key) in `contexts`, where it is appended if it is new.
    std::uint32_t find_or_add(std::vector<Context>& contexts, std::uint32_t parent, const Key& key);

private:
    struct Slot {
        std::uint32_t hash = 0;  // spares most looks at the context
        std::uint32_t id = 0;    // 0: empty, for the root is nobody's child
    };
    void grow();

    std::vector<Slot> slots_ = std::vector<Slot>(64);  // a power of two, at most half full
    std::size_t used_ = 0;
};

}  // namespace pyprof::gather
