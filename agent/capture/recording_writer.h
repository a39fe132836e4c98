#pragma once
// Appends records (wire::RecordHeader and what follows) to the process's recording. Async-signal-safe, lock-free for
// readers, callable from any thread; nothing here allocates on the heap or blocks.
#include <cstdint>

namespace pyprof::capture {

class RecordingWriter {
public:
    // Memory for one record of `bytes` (a multiple of 8), zero-filled, 8-byte aligned; nullptr when the cap is
    // reached or the disk is full (the loss is counted there). Fill everything but the header's `size`, then commit.
    void* reserve(std::uint32_t bytes);
    // Publishes a record by storing its size with release order.
    void commit(void* record, std::uint32_t bytes);
};

}  // namespace pyprof::capture
