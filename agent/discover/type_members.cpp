#include "agent/discover/type_members.h"

#include <cstring>

namespace pyprof::discover {
namespace {

using cpython::absent;
using cpython::Offset;
using cpython::PythonLayout;

constexpr std::uint32_t most_members = 64;
constexpr std::uint64_t text_end = 8;   // a PyUnicodeObject goes on with a pointer behind what both others have
constexpr std::uint64_t bytes_end = 1;  // a PyBytesObject has room for the terminating zero

// PyMemberDef
struct Member {
    const char* name;
    int type;
    std::int64_t offset;
    int flags;
    const char* text;
};

struct Figure {
    const char* member;
    Offset place;
};

std::uint64_t word_at(std::uint64_t address) {
    std::uint64_t value;
    std::memcpy(&value, reinterpret_cast<const void*>(address), sizeof value);
    return value;
}

bool has_size(const PythonLayout& layout, std::uint64_t type, std::uint64_t bytes) {
    return type == 0 || word_at(type + layout.type.basic_size) == bytes;
}

template <std::size_t count>
const char* find_misplaced_member(const PythonLayout& layout, std::uint64_t type, const Figure (&figures)[count]) {
    if (type == 0) return nullptr;
    for (const Figure& each : figures) {
        const Offset stated = find_member(layout, type, each.member);
        if (stated != absent && each.place != absent && stated != each.place) return each.member;
    }
    return nullptr;
}

}  // namespace

Offset find_member(const PythonLayout& layout, std::uint64_t type, const char* name) {
    const auto* member = reinterpret_cast<const Member*>(word_at(type + layout.type.members));
    if (member == nullptr) return absent;
    for (std::uint32_t i = 0; i < most_members && member[i].name != nullptr; ++i)
        if (std::strcmp(member[i].name, name) == 0) return static_cast<Offset>(member[i].offset);
    return absent;
}

const char* find_misplaced(const PythonLayout& layout, const Types& types) {
    if (!has_size(layout, types.code, layout.code.basic_size)) return "code objects";
    if (!has_size(layout, types.text, layout.text.compact_data + text_end)) return "text objects";
    if (!has_size(layout, types.bytes, layout.bytes.data + bytes_end)) return "bytes objects";
    const PythonLayout::Code& code = layout.code;
    const Figure of_code[] = {
        {"co_filename", code.file_name},     {"co_name", code.name},      {"co_qualname", code.qualified_name},
        {"co_firstlineno", code.first_line}, {"co_flags", code.flags},    {"co_linetable", code.line_table},
        {"co_lnotab", code.line_table},      {"co_code", code.byte_code},
    };
    if (const char* const name = find_misplaced_member(layout, types.code, of_code)) return name;
    const Figure of_frame[] = {
        {"f_back", layout.frame.previous}, {"f_code", layout.frame.code}, {"f_lasti", layout.frame.instruction}};
    return find_misplaced_member(layout, types.frame, of_frame);
}

}  // namespace pyprof::discover
