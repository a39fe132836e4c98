#pragma once
// The Python walk on its own, into a recording in memory, and its results as text.
#include <cstring>
#include <memory>
#include <string>

#include "agent/capture/python_walk.h"
#include "tests/support/fake_python.h"
#include "tests/support/memory_recording.h"

namespace pyprof::tests {

struct PythonWalker {
    std::unique_ptr<capture::CodeTable> codes = std::make_unique<capture::CodeTable>();
    std::unique_ptr<capture::PythonStack> stack = std::make_unique<capture::PythonStack>();
    capture::RecordingWriter writer;
    capture::NativeStack native{};
    capture::PythonMemo memo{};
    std::uint64_t call = 0;

    PythonWalker() { clear_recording(); }

    const capture::PythonStack& walk(const FakePython& python) { return walk(python.runtime()); }
    const capture::PythonStack& walk(const cpython::PythonRuntime& runtime) {
        std::memset(static_cast<void*>(stack.get()), 0xcc, sizeof *stack);  // the walk must fill what it promises
        walk_python(runtime, {native, capture::StackBounds{}, memo, call}, *codes, writer, *stack);
        return *stack;
    }
};

inline std::string name_of(std::uint32_t code) {
    const wire::CodeRecord* const record = find_code_record(code);
    if (record == nullptr) return "?";
    return {reinterpret_cast<const char*>(record + 1) + record->file_bytes, record->name_bytes};
}

// "leaf:unit … | next activation", leaf first.
inline std::string text_of(const capture::PythonStack& stack) {
    std::string text;
    for (std::uint32_t k = 0; k < stack.activation_count; ++k) {
        if (k != 0) text += " |";
        for (std::uint32_t i = 0; i < stack.activations[k].count; ++i) {
            const capture::PythonFrame& frame = stack.frames[stack.activations[k].first + i];
            text += " " + name_of(frame.code) + ":" + std::to_string(frame.unit);
        }
    }
    return text;
}

}  // namespace pyprof::tests
