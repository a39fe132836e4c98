#pragma once
// A code object as a wire::CodeRecord. Async-signal-safe.
#include <cstdint>

#include "agent/capture/memory.h"
#include "agent/cpython/layout.h"
#include "wire/recording.h"

namespace pyprof::capture {

inline constexpr std::uint32_t max_text_bytes = 4096;
inline constexpr std::uint32_t max_line_table_bytes = 1 << 20;  // the largest of the standard library has 16.5 KB

// Characters of a Python text object in place (PEP 393). Empty if it cannot be read.
struct TextView {
    std::uint64_t data;
    std::uint32_t bytes;
    wire::TextKind kind;
    bool truncated;  // unreadable, or longer than max_text_bytes
};
TextView view_text(std::uint64_t text, const cpython::PythonLayout& layout, PageCache& known);

// What goes into the record, still in the interpreter's memory and checked to be readable.
struct CodeView {
    std::uint64_t address;
    TextView file, name, qualified_name;
    std::uint64_t table;
    std::uint32_t table_bytes;
    bool table_truncated;
};
// `code.basic_size` bytes at `code` must be readable.
CodeView view_code(std::uint64_t code, const cpython::PythonLayout& layout, PageCache& known);

std::uint32_t record_bytes(const CodeView& code);  // of the whole record, a multiple of 8

// Fills all of the record but its size. `record` has record_bytes(code) bytes.
void write_code(const CodeView& code, const cpython::PythonLayout& layout, std::uint32_t id, wire::CodeRecord& record,
                const PageCache& known);

}  // namespace pyprof::capture
