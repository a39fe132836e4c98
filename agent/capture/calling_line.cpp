#include "agent/capture/calling_line.h"

#include <cstring>

#include "agent/capture/code_copy.h"
#include "agent/capture/code_units.h"
#include "agent/capture/load.h"

namespace pyprof::capture {
namespace {

using cpython::PythonLayout;

constexpr std::uint32_t most_entry_frames = 16;  // one above the other without a frame in between
constexpr std::uint32_t most_import_frames = 64;
constexpr char import_machinery[] = "<frozen importlib._bootstrap";

// The one bound to this thread, whether it is attached or not; 0 without one.
std::uint64_t bound_thread(const cpython::PythonRuntime& runtime) {
    const PythonLayout::Runtime& at = runtime.layout.runtime;
    if (at.key == cpython::absent) return runtime.bound_thread.load();
    if (load<std::int32_t>(runtime.runtime + at.key_initialized) == 0) return 0;
    return reinterpret_cast<std::uint64_t>(runtime.thread_specific(load<std::uint32_t>(runtime.runtime + at.key)));
}

// The interpreter's library may have been unloaded.
bool is_loaded(const cpython::PythonRuntime& runtime) {
    const PythonLayout::Runtime& at = runtime.layout.runtime;
    const bool has_key = at.key != cpython::absent && at.key > at.finalizing;
    PageCache known;
    return readable(runtime.runtime, (has_key ? at.key : at.finalizing) + sizeof(std::uint64_t), known);
}

std::uint64_t innermost_frame(std::uint64_t thread, const PythonLayout& layout) {
    if (layout.frame.activations == cpython::Activations::control_frames) {
        const auto control = load<std::uint64_t>(thread + layout.thread.control_frame);
        return control == 0 ? 0 : load<std::uint64_t>(control + layout.control_frame.current_frame);
    }
    return load<std::uint64_t>(thread + layout.thread.current_frame);
}

// Entry frames run no code: while an object is destroyed, one of them may be the innermost.
std::uint64_t without_entry_frames(std::uint64_t frame, const PythonLayout& layout) {
    if (layout.frame.owner == cpython::absent) return frame;
    for (std::uint32_t i = 0; frame != 0 && i < most_entry_frames; ++i) {
        if (load<std::uint8_t>(frame + layout.frame.owner) < layout.frame.first_entry_owner) return frame;
        frame = load<std::uint64_t>(frame + layout.frame.previous);
    }
    return 0;
}

std::uint64_t code_of(std::uint64_t frame, const PythonLayout& layout) {
    return load<std::uint64_t>(frame + layout.frame.code) & ~layout.frame.code_tags;
}

bool is_import_machinery(std::uint64_t code, const PythonLayout& layout, PageCache& known) {
    constexpr std::uint32_t length = sizeof import_machinery - 1;
    const TextView file = view_text(load<std::uint64_t>(code + layout.code.file_name), layout, known);
    return file.kind == wire::TextKind::latin1 && file.bytes >= length &&
           std::memcmp(reinterpret_cast<const void*>(file.data), import_machinery, length) == 0;
}

// The frame whose line imports, where a module calls while it is imported: `frame` itself anywhere else, and where only
// the import is at work.
std::uint64_t importing_frame(std::uint64_t frame, const PythonLayout& layout, PageCache& known) {
    std::uint64_t caller = frame;
    for (std::uint32_t i = 0; caller != 0 && i < most_import_frames; ++i) {
        if (!is_import_machinery(code_of(caller, layout), layout, known)) return caller;
        caller = without_entry_frames(load<std::uint64_t>(caller + layout.frame.previous), layout);
    }
    return frame;
}

}  // namespace

CallingLine::Frame CallingLine::innermost(const cpython::PythonRuntime& runtime, std::uint32_t generation) {
    const PythonLayout& layout = runtime.layout;
    if ((generation != generation_ || thread_ == 0) && !is_loaded(runtime)) return {};
    const std::uint64_t thread = bound_thread(runtime);
    if (thread == 0 || !is_alive(thread, runtime, generation)) return {};
    const std::uint64_t frame = without_entry_frames(innermost_frame(thread, layout), layout);
    if (frame == 0) return {};
    const std::uint64_t code = code_of(frame, layout);
    return {.frame = frame,
            .code = code,
            .fingerprint = CodeTable::fingerprint(code, layout, plain_, true),
            .instruction = CodeUnits{layout, plain_}.instruction_of(frame)};
}

bool CallingLine::is_alive(std::uint64_t thread, const cpython::PythonRuntime& runtime, std::uint32_t generation) {
    const auto finalizing = load<std::uint64_t>(runtime.runtime + runtime.layout.runtime.finalizing);
    if (finalizing != 0 && finalizing != thread) return false;
    if (thread == thread_ && generation == generation_) return true;
    const PythonLayout::Thread& at = runtime.layout.thread;
    const bool has_control = at.control_frame != cpython::absent;
    const std::uint32_t last = has_control ? at.control_frame : at.current_frame;
    PageCache known;
    if (!readable(thread, last + sizeof(std::uint64_t), known)) return false;
    thread_ = thread;
    generation_ = generation;
    return true;
}

std::uint64_t CallingLine::look_up(const Frame& frame, const cpython::PythonRuntime& runtime, CodeTable& codes,
                                   RecordingWriter& writer) {
    PageCache known;
    CodeUnits units{runtime.layout, known};
    std::int32_t unit = -1;
    const std::uint32_t epoch = codes.epoch();
    const std::uint64_t place = importing_frame(frame.frame, runtime.layout, known);
    const std::uint64_t code = code_of(place, runtime.layout);
    const std::uint32_t id =
        codes.id_of(code, CodeTable::fingerprint(code, runtime.layout, known, false), runtime.layout, writer, known);
    units.unit_of(place, code, units.instruction_of(place), units.first_traceable_of(code), unit);
    const std::uint64_t key = wire::node_key::make_python(id, unit);
    if (epoch_ != epoch)
        for (Entry& entry : entries_) entry = {};
    epoch_ = epoch;
    if (units.are_lasting() && place == frame.frame)
        entries_[slot_of(frame)] = {frame.fingerprint, frame.instruction, key};
    return key;
}

}  // namespace pyprof::capture
