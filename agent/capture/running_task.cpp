#include "agent/capture/running_task.h"

#include <algorithm>
#include <cstring>

#include "agent/capture/code_copy.h"

namespace pyprof::capture {
namespace {

using cpython::PythonLayout;

constexpr std::uint32_t longest_head = 64;  // of a text object, up to its characters

std::uint32_t fitting(std::uint64_t bytes) {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, TaskName::capacity));
}

class NameReader {
public:
    NameReader(const cpython::PythonRuntime& runtime, bool holds_lock, PageCache& known)
        : layout_{runtime.layout},
          text_type_{runtime.text_type},
          reads_directly_{holds_lock || known.copies() != nullptr},
          known_{known} {}

    // False if it is no text, or one whose characters lie elsewhere.
    bool copy(std::uint64_t object, TaskName& name) {
        unsigned char head[longest_head];
        const PythonLayout::Text& at = layout_.text;
        if (at.ascii_data > sizeof head || !load(object, head, at.ascii_data)) return false;
        std::uint64_t type = 0, length = 0;
        std::uint32_t state = 0;
        std::memcpy(&type, head + layout_.object.type, sizeof type);
        std::memcpy(&length, head + at.length, sizeof length);
        std::memcpy(&state, head + at.state, sizeof state);
        const std::uint32_t width = state >> at.kind_shift & 7;
        if (type != text_type_ || (state & at.compact_bit) == 0 || length == 0 || length > 1U << 31 ||
            (width != 1 && width != 2 && width != 4))
            return false;
        name.kind = static_cast<wire::TextKind>(width);
        name.bytes = fitting(length * width);
        name.truncated = name.bytes < length * width;
        return load(object + ((state & at.ascii_bit) != 0 ? at.ascii_data : at.compact_data), name.data, name.bytes);
    }

private:
    bool load(std::uint64_t address, void* into, std::uint64_t bytes) {
        return reads_directly_ ? read_bytes(address, into, bytes, known_) : copy_from_memory(address, into, bytes);
    }

    const PythonLayout& layout_;
    const std::uint64_t text_type_;
    const bool reads_directly_;
    PageCache& known_;
};

// "Task-" and a number: asyncio's own.
bool is_given(const TaskName& name) {
    constexpr char prefix[] = {'T', 'a', 's', 'k', '-'};
    if (name.kind != wire::TextKind::latin1 || name.bytes <= sizeof prefix ||
        std::memcmp(name.data, prefix, sizeof prefix) != 0)
        return true;
    for (std::uint32_t i = sizeof prefix; i < name.bytes; ++i)
        if (name.data[i] < '0' || name.data[i] > '9') return true;
    return false;
}

}  // namespace

RunningTask find_running_task(std::uint64_t task, const cpython::PythonRuntime& runtime, PageCache& known) {
    const PythonLayout::Task& at = runtime.layout.task;
    std::uint64_t type = 0, type_bytes = 0;
    if (at.size == cpython::absent || !readable(task, at.size, known)) return {};
    type = known.load<std::uint64_t>(task + runtime.layout.object.type);
    if (!read(type + runtime.layout.type.basic_size, type_bytes, known) || type_bytes < at.size ||
        known.load<std::uint8_t>(task + at.is_task) != 1)
        return {};
    const std::uint64_t coroutine = known.load<std::uint64_t>(task + at.coroutine);
    if (coroutine == 0) return {};
    return {.frame = coroutine + at.frame, .name = known.load<std::uint64_t>(task + at.name)};
}

bool copy_task_name(const RunningTask& task, std::uint64_t code, bool holds_lock, const cpython::PythonRuntime& runtime,
                    PageCache& known, TaskName& name) {
    if (NameReader{runtime, holds_lock, known}.copy(task.name, name) && is_given(name)) return true;
    const TextView view =
        view_text(known.load<std::uint64_t>(code + runtime.layout.code.qualified_name), runtime.layout, known);
    if (view.bytes == 0) return false;
    name.kind = view.kind;
    name.bytes = fitting(view.bytes);
    name.truncated = view.truncated || name.bytes < view.bytes;
    known.copy(name.data, view.data, name.bytes);
    return true;
}

}  // namespace pyprof::capture
