#pragma once
// What a thread remembers of the Python frames of its last walk: most frames of the next one are the same, run the same
// code, and need neither a probe nor a look into the table of code objects. Async-signal-safe.
//
// When a remembered frame may be read without asking the kernel: the thread is inside a call that the interpreter made
// (PythonWalk decides), and the frame is not the innermost. Then the interpreter waits for that call, every store to
// its chain of frames is done, and each frame but the innermost is a caller that keeps its code object alive. The
// innermost may be one that is just being cleared, whose code object is already gone: the last thing that is given back
// is its memory, and the allocator may be what is interrupted. Which calls do that is unknown, but a call during which
// something referred to the code object is none of them, and the return addresses below it say which call it is. So
// that call is remembered, with the code object, and the next time the code object needs no probe either. That a frame
// was in the last walk shows besides that the figures of the layout hold for it. A frame or code object at the same
// address that is another one has another code address or fingerprint.
#include <cstdint>

#include "agent/capture/load.h"
#include "agent/cpython/layout.h"

namespace pyprof::capture {

// Per thread, zero bits at first, used by one walk at a time.
struct PythonMemo {
    static constexpr std::uint32_t max_frames = 64;  // from the leaf; deeper ones are looked up again
    struct Frame {
        std::uint64_t frame;        // address
        std::uint64_t code;         // address of its code object
        std::uint64_t fingerprint;  // of the code object, by CodeTable::fingerprint
        std::uint64_t instruction;  // address
        std::uint32_t id;           // wire code id; 0: not known yet
        std::int32_t first_traceable;
        std::int32_t unit;  // that the instruction is, as PythonFrame::unit
        // Texts that the fingerprint looks into; 0 where code has a version.
        std::uint64_t file, name;
    };
    std::uint32_t epoch;    // CodeTable::epoch() of the ids
    std::uint32_t current;  // which column of the frames the last walk filled
    std::uint32_t count;
    std::uint64_t thread;      // thread state, 0: none
    std::uint64_t collecting;  // address of the flag that its interpreter collects garbage, 0 unknown
    // Calls of the interpreter during which the innermost frame kept its code object: hashes of both.
    static constexpr std::uint32_t max_calls = 32;
    std::uint64_t calls[max_calls];
    Frame frames[max_frames][2];  // those of two walks side by side
};

// Asks for the memory that the next walk will most likely read, all at once: the walk itself goes from one frame to the
// next and would wait for each.
inline void expect_frames(const PythonMemo& memo, std::uint64_t runtime, const cpython::PythonLayout& layout) {
    const auto expect = [](std::uint64_t address) { prefetch(reinterpret_cast<const char*>(address)); };
    for (const cpython::Offset member :
         {layout.runtime.finalizing, layout.runtime.first_interpreter, layout.runtime.attached})
        expect(runtime + member);
    for (const cpython::Offset member : {layout.thread.thread_id, layout.thread.control_frame,
                                         layout.thread.current_frame, layout.thread.data_stack_top})
        expect(memo.thread + member);
    expect(memo.collecting);
    prefetch(memo.calls, sizeof memo.calls);
    for (std::uint32_t i = 0; i < memo.count; ++i) {
        const PythonMemo::Frame& seen = memo.frames[i][memo.current & 1];
        const auto* const frame = reinterpret_cast<const char*>(seen.frame);
        const auto* const code = reinterpret_cast<const char*>(seen.code);
        prefetch(frame + layout.frame.previous);
        prefetch(frame + layout.frame.instruction);
        prefetch(code + layout.code.first_line);
        if (layout.code.version != cpython::absent) continue;
        prefetch(code + layout.object.size);
        prefetch(code + layout.code.line_table);
        prefetch(reinterpret_cast<const char*>(seen.name) + layout.text.state);
        prefetch(reinterpret_cast<const char*>(seen.file) + layout.text.state);
    }
}

// One walk's view: the frames of the last walk, read in step with the current ones, which are kept for the next.
class RememberedFrames {
public:
    RememberedFrames(PythonMemo& memo, std::uint32_t epoch)
        : memo_{memo},
          old_{memo.current & 1},
          old_count_{memo.epoch == epoch ? memo.count : 0},
          old_thread_{memo.epoch == epoch ? memo.thread : 0} {
        memo.epoch = epoch;
        memo.count = 0;
        memo.thread = 0;
    }

    // nullptr if the last walk did not meet this frame. Called from leaf to root; a frame may be asked for again.
    const PythonMemo::Frame* find(std::uint64_t frame) {
        for (std::uint32_t i = next_; i < old_count_ && i < next_ + reach; ++i) {
            const PythonMemo::Frame& old = memo_.frames[i][old_];
            if (old.frame != frame) continue;
            next_ = i;
            return &old;
        }
        return nullptr;
    }

    // The same frames are asked for once more, from the leaf.
    void rewind() { next_ = 0; }

    bool knows_thread(std::uint64_t thread) const { return thread != 0 && thread == old_thread_; }

    void add(const PythonMemo::Frame& frame) {
        if (count_ < PythonMemo::max_frames) memo_.frames[count_++][1 - old_] = frame;
    }

    // `call` by identify_call, not 0; `code` is the address of the innermost frame's code object.
    bool knows_call(std::uint64_t call, std::uint64_t code) const {
        return place_of(call, code) == hash_of(call, code);
    }
    void keep_call(std::uint64_t call, std::uint64_t code) { place_of(call, code) = hash_of(call, code); }

    void expect_collecting(std::uint64_t address) { memo_.collecting = address; }

    // Ends the walk of this thread state; a walk that is not kept leaves nothing to the next.
    void keep(std::uint64_t thread) {
        memo_.current = 1 - old_;
        memo_.count = count_;
        memo_.thread = thread;
    }

private:
    static std::uint64_t hash_of(std::uint64_t call, std::uint64_t code) {
        return (call ^ code << 16) * 0x9e3779b97f4a7c15;  // 2^64 / golden ratio
    }
    std::uint64_t& place_of(std::uint64_t call, std::uint64_t code) const {
        return memo_.calls[hash_of(call, code) >> 59];
    }
    static_assert(PythonMemo::max_calls == 1 << 5);

    static constexpr std::uint32_t reach = 16;  // frames returned from since the last walk; beyond it all are new

    PythonMemo& memo_;
    const std::uint32_t old_;  // the column that is read; the other one is filled
    std::uint32_t old_count_;
    std::uint64_t old_thread_;
    std::uint32_t next_ = 0;
    std::uint32_t count_ = 0;
};

}  // namespace pyprof::capture
