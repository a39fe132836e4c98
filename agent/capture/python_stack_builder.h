#pragma once
// Fills a PythonStack from leaf to root, keeping both ends of a stack that is deeper than it has room for.
// Async-signal-safe; lives for one sample, on the handler's stack.
#include <cstdint>

#include "agent/capture/code_table.h"
#include "agent/capture/memory.h"
#include "agent/capture/python_stack.h"
#include "agent/capture/recording_writer.h"
#include "agent/cpython/layout.h"

namespace pyprof::capture {

class PythonStackBuilder {
public:
    struct RawFrame {
        std::uint64_t code;         // address of a code object that was checked
        std::uint64_t fingerprint;  // of it, by CodeTable::fingerprint
        std::int32_t unit;          // as PythonFrame::unit
        std::uint32_t id;           // of the code object where it is remembered; 0: the table is asked
    };

    PythonStackBuilder(const cpython::PythonLayout& layout, CodeTable& codes, RecordingWriter& writer, PageCache& known,
                       PythonStack& out);

    // The code id; 0 if there is none, or not yet.
    std::uint32_t add_frame(RawFrame frame);
    // The task whose coroutine's frame was added last.
    void add_task(const TaskName& name);
    // The frames since the last call belong to the activation with this marker. Beyond max_activations they are added
    // to the last one.
    void end_activation(std::uint64_t marker);
    bool activation_is_open() const { return open_at_ != total_; }

    // By address, for activations that come from several chains.
    void sort_activations();
    // Must be the last call; only then is the stack complete.
    void finish();

private:
    PythonFrame resolve(const RawFrame& frame);
    std::uint32_t stored_index(std::uint32_t index) const;
    std::uint32_t first_root_frame() const;

    const cpython::PythonLayout& layout_;
    CodeTable& codes_;
    RecordingWriter& writer_;
    PageCache& known_;
    PythonStack& out_;
    std::uint32_t total_ = 0;                    // frames seen
    std::uint32_t open_at_ = 0;                  // of which this one is the first of the activation not ended yet
    RawFrame root_end_[max_python_root_frames];  // the latest frames beyond the leaf end, as a ring
};

}  // namespace pyprof::capture
