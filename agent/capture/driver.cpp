#include "agent/capture/driver.h"

#include <bit>

#include "agent/capture/memory.h"
#include "agent/capture/python_state.h"
#include "wire/recording.h"

namespace pyprof::capture {
namespace {

namespace node_key = wire::node_key;

constexpr std::uint32_t pause_without_starter = 64;  // samples

// For the thread that has the shared copies.
struct Room {
    PythonMemo memo;
    NativeStack native;  // stays empty
    PythonStack python;
} room;

// The part of a frame that says where it is and who called it.
struct FrameSpan {
    explicit FrameSpan(const cpython::PythonLayout& layout)
        : previous{layout.frame.previous},
          instruction{layout.frame.instruction},
          begin{previous < instruction ? previous : instruction},
          bytes{(previous < instruction ? instruction : previous) + 8 - begin} {}
    std::uint64_t previous, instruction, begin, bytes;

    std::uint64_t word(const std::byte* content, std::uint64_t offset) const {
        std::uint64_t value;
        __builtin_memcpy(&value, content + (offset - begin), sizeof value);
        return value;
    }
    std::uint64_t fold(std::uint64_t fingerprint, const std::byte* content) const {
        constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
        for (const std::uint64_t offset : {previous, instruction})
            fingerprint = (std::rotl(fingerprint, 29) ^ word(content, offset)) * odd;
        return fingerprint;
    }
};
constexpr std::uint64_t most_span_bytes = 128;
constexpr std::uint64_t most_bytes_at_once = 2048;

// `copy(address, word)` is how memory of the thread is read.
template <class Copy>
bool find_innermost(const cpython::PythonLayout& layout, std::uint64_t thread, const Copy& copy, std::uint64_t& control,
                    std::uint64_t& frame) {
    const bool by_control_frame = layout.frame.activations == cpython::Activations::control_frames;
    control = 0;
    if (by_control_frame && !copy(thread + layout.thread.control_frame, control)) return false;
    const std::uint64_t place =
        by_control_frame ? control + layout.control_frame.current_frame : thread + layout.thread.current_frame;
    return copy(place, frame) && frame != 0;
}

// As far as the copies tell that the walk was made of.
bool keep_position(const cpython::PythonLayout& layout, std::uint64_t thread, PageCopies& copies,
                   PythonPosition& position) {
    const FrameSpan span{layout};
    PageCache known{copies};
    const auto copy = [&](std::uint64_t address, std::uint64_t& word) { return read(address, word, known); };
    std::uint64_t frame = 0;
    position.depth = 0;
    position.fingerprint = 0;
    if (span.bytes > most_span_bytes || !find_innermost(layout, thread, copy, position.control, frame)) return false;
    while (frame != 0 && position.depth < max_python_frames) {
        std::byte content[most_span_bytes];
        if (!read_bytes(frame + span.begin, content, span.bytes, known)) return false;
        position.frames[position.depth++] = frame;
        position.fingerprint = span.fold(position.fingerprint, content);
        frame = span.word(content, span.previous);
    }
    return true;
}

std::uint64_t key_of(const PythonFrame& frame) {
    return frame.code == 0 ? node_key::make_special(static_cast<std::uint64_t>(wire::Special::unknown_code))
                           : node_key::make_python(frame.code, frame.unit);
}

void keep_frames(Driver& driver, const PythonStack& python) {
    driver.count = 0;
    for (std::uint32_t i = 0; i < python.count; ++i) {
        if (i == python.cut_at && i != 0)
            driver.keys[driver.count++] = node_key::make_special(static_cast<std::uint64_t>(wire::Special::frames_cut));
        driver.keys[driver.count++] = key_of(python.frames[i]);
    }
}

// False: it cannot be read.
bool walk_starter(Driver& driver, PageCopies& copies) {
    copies.clear();
    room.memo.count = 0;
    room.memo.thread = 0;
    walk_python_here(
        {.native = room.native, .stack = {}, .memo = room.memo, .other = driver.starter, .copies = &copies},
        room.python);
    driver.thread = room.memo.thread;
    return room.python.result == PythonWalk::complete && driver.thread != 0;
}

// How many frames from `first` on lie within a few bytes, and where those begin. From 3.11 on most of a stack does.
std::uint32_t neighbours(const PythonPosition& position, std::uint32_t first, std::uint64_t span_bytes,
                         std::uint64_t& begin, std::uint64_t& end) {
    begin = position.frames[first];
    end = begin + span_bytes;
    std::uint32_t next = first + 1;
    for (; next < position.depth; ++next) {
        const std::uint64_t frame = position.frames[next];
        const std::uint64_t new_begin = frame < begin ? frame : begin;
        const std::uint64_t new_end = frame + span_bytes > end ? frame + span_bytes : end;
        if (new_end - new_begin > most_bytes_at_once) break;
        begin = new_begin, end = new_end;
    }
    return next - first;
}

// Whether the frames of a position are as they were, read as they are now.
bool frames_stand(const FrameSpan& span, const PythonPosition& position) {
    std::byte content[most_bytes_at_once];
    std::uint64_t fingerprint = 0, begin = 0, end = 0;
    for (std::uint32_t first = 0; first < position.depth;) {
        const std::uint32_t count = neighbours(position, first, span.bytes, begin, end);
        if (!copy_from_memory(begin + span.begin, content, end - begin)) return false;
        for (std::uint32_t i = first; i < first + count; ++i)
            fingerprint = span.fold(fingerprint, content + (position.frames[i] - begin));
        first += count;
    }
    return fingerprint == position.fingerprint;
}

bool stands_there(const cpython::PythonLayout& layout, const Driver& driver) {
    const auto copy = [](std::uint64_t address, std::uint64_t& word) {
        return copy_from_memory(address, &word, sizeof word);
    };
    std::uint64_t control = 0, innermost = 0;
    return find_innermost(layout, driver.thread, copy, control, innermost) && control == driver.position.control &&
           innermost == driver.position.frames[0] && frames_stand(FrameSpan{layout}, driver.position);
}

// Brings the frames up to where the starter stands. False: it does not stand still.
bool follow(Driver& driver, const cpython::PythonLayout& layout) {
    if (driver.count != 0 && stands_there(layout, driver)) return true;
    driver.count = 0;
    const SharedCopies shared;
    PageCopies* copies = shared.get();
    if (copies == nullptr || !walk_starter(driver, *copies)) return false;
    if (!keep_position(layout, driver.thread, *copies, driver.position)) return false;
    // What was copied page by page is one moment's if all of it is still so.
    if (!stands_there(layout, driver)) return false;
    keep_frames(driver, room.python);
    return driver.count != 0;
}

void append(const Driver& driver, MergedStack& stack) {
    if (stack.count + driver.count + 1 > max_merged_frames) return;
    stack.keys[stack.count++] = node_key::make_special(static_cast<std::uint64_t>(wire::Special::worker_threads));
    for (std::uint32_t i = 0; i < driver.count; ++i) stack.keys[stack.count++] = driver.keys[i];
}

[[gnu::noinline]] void add_starter(Driver& driver, const cpython::PythonRuntime& runtime, MergedStack& stack) {
    if (driver.pause != 0) {
        --driver.pause;
        return;
    }
    if (follow(driver, runtime.layout))
        append(driver, stack);
    else if (driver.thread == 0)
        driver.pause = pause_without_starter;
}

}  // namespace

// Most samples end with the first question.
[[gnu::hot]] void add_driver(Driver& driver, MergedStack& stack) {
    if (stack.has_python || driver.starter == 0) return;
    const cpython::PythonRuntime* runtime = python_runtime.load(std::memory_order_acquire);
    if (runtime != nullptr) add_starter(driver, *runtime, stack);
}

}  // namespace pyprof::capture
