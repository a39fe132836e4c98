#include "agent/capture/code_copy.h"

#include <algorithm>
#include <cstring>

namespace pyprof::capture {
namespace {

constexpr std::uint64_t record_alignment = 8;
constexpr std::uint64_t longest_text = 1ULL << 31;  // beyond it the length is garbage

constexpr TextView no_text{.data = 0, .bytes = 0, .kind = wire::TextKind::latin1, .truncated = false};
constexpr TextView unreadable{.data = 0, .bytes = 0, .kind = wire::TextKind::latin1, .truncated = true};

// The bytes object with the line table; cut to the limit.
void view_table(CodeView& view, std::uint64_t table, const cpython::PythonLayout& layout, PageCache& known) {
    if (!readable(table, layout.bytes.data, known)) {
        view.table_truncated = true;
        return;
    }
    const std::uint64_t bytes = known.load<std::uint64_t>(table + layout.object.size);
    const std::uint64_t stored = std::min<std::uint64_t>(bytes, max_line_table_bytes);
    view.table_truncated = stored < bytes;
    if (stored == 0) return;
    if (!readable(table + layout.bytes.data, stored, known)) {
        view.table_truncated = true;
        return;
    }
    view.table = table + layout.bytes.data;
    view.table_bytes = static_cast<std::uint32_t>(stored);
}

std::uint8_t truncated_parts(const CodeView& code) {
    namespace part = wire::code_truncated;
    std::uint8_t parts = 0;
    if (code.file.truncated) parts |= part::any | part::file;
    if (code.name.truncated) parts |= part::any | part::name;
    if (code.qualified_name.truncated) parts |= part::any | part::qualname;
    if (code.table_truncated) parts |= part::any | part::table;
    return parts;
}

unsigned char* put(unsigned char* place, std::uint64_t data, std::uint32_t bytes, const PageCache& known) {
    if (bytes != 0) known.copy(place, data, bytes);
    return place + bytes;
}

}  // namespace

TextView view_text(std::uint64_t text, const cpython::PythonLayout& layout, PageCache& known) {
    const cpython::PythonLayout::Text& at = layout.text;
    if (!readable(text, at.ascii_data, known)) return unreadable;
    const std::uint64_t length = known.load<std::uint64_t>(text + at.length);
    const std::uint32_t state = known.load<std::uint32_t>(text + at.state);
    const std::uint32_t width = state >> at.kind_shift & 7;  // bytes per character
    if (length >= longest_text || (width != 1 && width != 2 && width != 4)) return unreadable;

    std::uint64_t data = text + (state & at.ascii_bit ? at.ascii_data : at.compact_data);
    if (!(state & at.compact_bit) && !read(text + at.compact_data, data, known)) return unreadable;

    const std::uint64_t stored = std::min<std::uint64_t>(length * width, max_text_bytes);
    if (stored != 0 && !readable(data, stored, known)) return unreadable;
    return {.data = data,
            .bytes = static_cast<std::uint32_t>(stored),
            .kind = static_cast<wire::TextKind>(width),
            .truncated = stored < length * width};
}

CodeView view_code(std::uint64_t code, const cpython::PythonLayout& layout, PageCache& known) {
    CodeView view{};
    view.address = code;
    view.file = view_text(known.load<std::uint64_t>(code + layout.code.file_name), layout, known);
    view.name = view_text(known.load<std::uint64_t>(code + layout.code.name), layout, known);
    view.qualified_name = no_text;
    if (layout.code.qualified_name != cpython::absent)
        view.qualified_name = view_text(known.load<std::uint64_t>(code + layout.code.qualified_name), layout, known);
    view_table(view, known.load<std::uint64_t>(code + layout.code.line_table), layout, known);
    return view;
}

std::uint32_t record_bytes(const CodeView& code) {
    const std::uint64_t bytes =
        sizeof(wire::CodeRecord) + code.file.bytes + code.name.bytes + code.qualified_name.bytes + code.table_bytes;
    return static_cast<std::uint32_t>((bytes + record_alignment - 1) / record_alignment * record_alignment);
}

void write_code(const CodeView& code, const cpython::PythonLayout& layout, std::uint32_t id, wire::CodeRecord& record,
                const PageCache& known) {
    record.header.kind = wire::RecordKind::code;
    record.id = id;
    record.first_line = known.load<std::int32_t>(code.address + layout.code.first_line);
    record.flags = known.load<std::uint32_t>(code.address + layout.code.flags);
    const bool has_traceable = layout.code.first_traceable != cpython::absent;
    record.first_traceable = has_traceable ? known.load<std::uint32_t>(code.address + layout.code.first_traceable) : 0;
    record.file_bytes = code.file.bytes;
    record.name_bytes = code.name.bytes;
    record.qualname_bytes = code.qualified_name.bytes;
    record.table_bytes = code.table_bytes;
    record.file_kind = code.file.kind;
    record.name_kind = code.name.kind;
    record.qualname_kind = code.qualified_name.kind;
    record.table_kind = layout.code.line_table_kind;
    record.truncated = truncated_parts(code);
    unsigned char* place = reinterpret_cast<unsigned char*>(&record + 1);
    place = put(place, code.file.data, code.file.bytes, known);
    place = put(place, code.name.data, code.name.bytes, known);
    place = put(place, code.qualified_name.data, code.qualified_name.bytes, known);
    put(place, code.table, code.table_bytes, known);
}

}  // namespace pyprof::capture
