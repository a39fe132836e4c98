#include "agent/capture/python_stack_builder.h"

#include <algorithm>

namespace pyprof::capture {

[[gnu::hot]] PythonStackBuilder::PythonStackBuilder(const cpython::PythonLayout& layout, CodeTable& codes,
                                                    RecordingWriter& writer, PageCache& known, PythonStack& out)
    : layout_{layout}, codes_{codes}, writer_{writer}, known_{known}, out_{out} {
    out_.count = 0;
    out_.cut_at = 0;
    out_.activation_count = 0;
    out_.unknown_codes = 0;
}

[[gnu::hot]] std::uint32_t PythonStackBuilder::add_frame(RawFrame frame) {
    const std::uint32_t index = total_++;
    if (index < max_python_leaf_frames) return (out_.frames[index] = resolve(frame)).code;
    root_end_[(index - max_python_leaf_frames) % max_python_root_frames] = frame;
    return 0;
}

void PythonStackBuilder::add_task(const TaskName& name) {
    const std::uint32_t id = codes_.id_of_task(name, writer_);
    if (id != 0) add_frame({.code = 0, .fingerprint = 0, .unit = 0, .id = id});
}

[[gnu::hot]] void PythonStackBuilder::end_activation(std::uint64_t marker) {
    const std::uint32_t count = total_ - open_at_;
    if (out_.activation_count < max_activations)
        out_.activations[out_.activation_count++] = {.marker = marker, .first = open_at_, .count = count};
    else
        out_.activations[max_activations - 1].count += count;
    open_at_ = total_;
}

void PythonStackBuilder::sort_activations() {
    // Each chain is in order already, so an insertion sort has little to move; std::sort may recurse deeply.
    for (std::uint32_t i = 1; i < out_.activation_count; ++i)
        for (std::uint32_t k = i; k > 0 && out_.activations[k].marker < out_.activations[k - 1].marker; --k)
            std::swap(out_.activations[k], out_.activations[k - 1]);
}

[[gnu::hot]] void PythonStackBuilder::finish() {
    const std::uint32_t first_root = first_root_frame();
    for (std::uint32_t i = std::max(first_root, max_python_leaf_frames); i < total_; ++i)
        out_.frames[stored_index(i)] = resolve(root_end_[(i - max_python_leaf_frames) % max_python_root_frames]);
    out_.count = stored_index(total_);
    if (first_root > max_python_leaf_frames) out_.cut_at = max_python_leaf_frames;
    for (std::uint32_t i = 0; i < out_.activation_count; ++i) {
        Activation& activation = out_.activations[i];
        const std::uint32_t end = stored_index(activation.first + activation.count);
        activation.first = stored_index(activation.first);
        activation.count = end - activation.first;
    }
}

[[gnu::hot]] PythonFrame PythonStackBuilder::resolve(const RawFrame& frame) {
    const std::uint32_t code =
        frame.id != 0 ? frame.id : codes_.id_of(frame.code, frame.fingerprint, layout_, writer_, known_);
    if (code == 0) ++out_.unknown_codes;
    return {.code = code, .unit = frame.unit};
}

// The first frame kept at the root end: max_python_leaf_frames unless something is cut.
std::uint32_t PythonStackBuilder::first_root_frame() const {
    return std::max(max_python_leaf_frames, total_ - std::min(total_, max_python_root_frames));
}

// Where the frame with this index among all frames is kept; for a frame cut out, where the next one kept is.
std::uint32_t PythonStackBuilder::stored_index(std::uint32_t index) const {
    if (index <= max_python_leaf_frames) return index;
    const std::uint32_t first_root = first_root_frame();
    return max_python_leaf_frames + (index > first_root ? index - first_root : 0);
}

}  // namespace pyprof::capture
