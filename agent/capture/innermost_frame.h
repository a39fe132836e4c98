#pragma once
// Which frame of an interrupted thread really is the innermost one (3.11 and 3.12). An evaluation loop publishes its
// control frame before it fills it, some instructions and perhaps a call of __tls_get_addr later; until then what
// stands there was left by an earlier loop, whose frames are gone but still read well, and may even lead to the right
// caller.
//
// The data stack tells them apart: the innermost frame on it ends where the next one will begin. Frames of generators
// lie elsewhere; their generators say whether they run. Async-signal-safe.
#include <cstdint>

#include "agent/capture/memory.h"
#include "agent/cpython/layout.h"

namespace pyprof::capture {

class InnermostFrame {
public:
    // `top` is the thread state's data_stack_top.
    InnermostFrame(const cpython::PythonLayout& layout, std::uint64_t top, PageCache& known)
        : layout_{layout}, top_{top}, known_{known} {}

    // The first frame that runs, from `frame` towards `end`, which is the innermost frame of the loop before this one;
    // `end` if none does, or if the chain does not lead there. While a frame is being made or taken off, one that is
    // just not there yet, or no more, may be left out.
    std::uint64_t find(std::uint64_t frame, std::uint64_t end) const;

private:
    bool is_entry(std::uint64_t frame) const;
    bool is_of_generator(std::uint64_t frame) const;
    bool is_running(std::uint64_t generator_frame) const;
    bool is_top(std::uint64_t frame, std::uint64_t above) const;
    std::uint64_t end_of(std::uint64_t frame) const;
    bool leads_to(std::uint64_t frame, std::uint64_t end) const;
    bool step(std::uint64_t& frame) const;

    const cpython::PythonLayout& layout_;
    const std::uint64_t top_;
    PageCache& known_;
};

}  // namespace pyprof::capture
