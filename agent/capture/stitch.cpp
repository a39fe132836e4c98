#include "agent/capture/stitch.h"

#include "wire/recording.h"

namespace pyprof::capture {
namespace {

namespace node_key = wire::node_key;

class Stitcher {
public:
    Stitcher(const PythonStack& python, MergedStack& out) : python_{python}, out_{out} {}

    void add_native(const NativeFrame& frame, std::uint64_t end) {
        std::uint32_t owned = 0;
        for (; next_ < python_.activation_count && frame.sp <= marker() && marker() < end; ++owned) add_activation();
        if (owned == 0) {
            emit(node_key::make_native(frame.pc, frame.module, frame.is_return_address, frame.guessed));
            return;
        }
        out_.exact = out_.exact && owned == 1;
        const bool has_start = frame.function != 0;
        emit(node_key::make_native(frame.pc - frame.function, frame.module, frame.is_return_address && !has_start,
                                   frame.guessed));
    }

    void add_leftovers(WalkEnd end) {
        const bool left = next_ < python_.activation_count;
        if (left) out_.exact = false;
        if (left || end != WalkEnd::bottom) emit_special(wire::Special::unwind_stopped);
        while (next_ < python_.activation_count) add_activation();
    }

    void emit_special(wire::Special what) { emit(node_key::make_special(static_cast<std::uint64_t>(what))); }

private:
    std::uint64_t marker() const { return python_.activations[next_].marker; }

    void add_activation() {
        const Activation& activation = python_.activations[next_++];
        for (std::uint32_t i = activation.first; i < activation.first + activation.count; ++i) {
            if (i == python_.cut_at && i != 0) emit_special(wire::Special::frames_cut);
            const PythonFrame& frame = python_.frames[i];
            if (frame.code == 0)
                emit_special(wire::Special::unknown_code);
            else
                emit(node_key::make_python(frame.code, frame.unit));
        }
    }

    void emit(std::uint64_t key) {
        if (out_.count < max_merged_frames) out_.keys[out_.count++] = key;
    }

    const PythonStack& python_;
    MergedStack& out_;
    std::uint32_t next_ = 0;  // activation whose native frame is still to come
};

}  // namespace

[[gnu::hot]] void stitch(const NativeStack& native, const PythonStack& python, MergedStack& out) {
    out.count = 0;
    out.exact = true;
    out.has_python = python.count != 0;
    Stitcher stitcher{python, out};
    for (std::uint32_t i = 0; i < native.count; ++i) {
        stitcher.add_native(native.frames[i], i + 1 < native.count ? native.frames[i + 1].sp : native.stack_end);
        if (i == python.collector) stitcher.emit_special(wire::Special::garbage_collection);
    }
    stitcher.add_leftovers(native.end);
}

}  // namespace pyprof::capture
