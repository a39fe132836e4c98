#pragma once
// Which Python line the calling thread stands in, by a few loads and without a walk: its thread state, the innermost
// frame of that, the frame's code object and instruction. For functions that a Python program called on this thread;
// not for signal handlers, where the frames may be half made.
//
// A frame of a thread that called out of the interpreter stands still, and keeps its code object alive, so nothing is
// probed but the thread state, once for each set of loaded objects. Nothing is found while another thread ends the
// interpreter. Of several interpreters on one thread, before 3.12, the frames of the main one are seen.
#include <cstdint>

#include "agent/capture/code_table.h"
#include "agent/capture/memory.h"
#include "agent/cpython/runtime.h"

namespace pyprof::capture {

class CallingLine {
public:
    // A frame: what identifies its code object (CodeTable::fingerprint), and the instruction that it runs.
    struct Frame {
        std::uint64_t frame = 0;  // address; 0: the thread runs no Python
        std::uint64_t code = 0, fingerprint = 0, instruction = 0;
    };
    // `generation` is ModuleTable::generation().
    Frame innermost(const cpython::PythonRuntime& runtime, std::uint32_t generation);

    // The node key of a frame that was looked up before; 0 if it was not.
    std::uint64_t known_key(const Frame& frame, std::uint32_t epoch) const {
        const Entry& entry = entries_[slot_of(frame)];
        const bool is_it = entry.fingerprint == frame.fingerprint && entry.instruction == frame.instruction;
        return is_it && epoch_ == epoch ? entry.key : 0;
    }
    // CodeTable::epoch() of the keys given so far.
    std::uint32_t epoch() const { return epoch_; }
    // Looks it up: the code object is in the recording afterwards. `frame` is what innermost() just gave. Of a module
    // that calls while it is imported, the line is the one that imports it.
    std::uint64_t look_up(const Frame& frame, const cpython::PythonRuntime& runtime, CodeTable& codes,
                          RecordingWriter& writer);

private:
    struct Entry {
        std::uint64_t fingerprint, instruction, key;
    };
    static constexpr std::uint32_t slots = 64;

    static std::uint32_t slot_of(const Frame& frame) {
        return static_cast<std::uint32_t>((frame.fingerprint ^ frame.instruction >> 1) % slots);
    }
    bool is_alive(std::uint64_t thread, const cpython::PythonRuntime& runtime, std::uint32_t generation);

    // All members start as zero bits.
    PageCache plain_;  // no pages: for reads that need no probe
    std::uint64_t thread_ = 0;
    std::uint32_t generation_ = 0;
    std::uint32_t epoch_ = 0;
    Entry entries_[slots] = {};
};

}  // namespace pyprof::capture
