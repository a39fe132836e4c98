#include "agent/capture/thread_name.h"

#include "agent/capture/attributes.h"
#include "agent/capture/code_copy.h"

namespace pyprof::capture {
namespace {

// Text in a field of fixed size, which is complete after every character.
class Utf8Field {
public:
    Utf8Field(char* field, std::size_t bytes) : at_{field}, end_{field + bytes} {}

    // False: there is no room for it.
    bool add(std::uint32_t character) {
        const std::ptrdiff_t length = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
        if (end_ - at_ <= length) return false;
        if (length == 1) {
            *at_++ = static_cast<char>(character);
        } else {
            constexpr std::uint32_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
            for (std::ptrdiff_t i = length - 1; i > 0; --i, character >>= 6)
                at_[i] = static_cast<char>(0x80 | (character & 0x3f));
            *at_ = static_cast<char>(leads[length] | character);
            at_ += length;
        }
        *at_ = '\0';
        return true;
    }

private:
    char* at_;
    char* const end_;
};

std::uint32_t character_at(const TextView& text, std::uint32_t index, const PageCache& known) {
    const std::uint64_t place = text.data + std::uint64_t{index} * static_cast<std::uint32_t>(text.kind);
    switch (text.kind) {
        case wire::TextKind::latin1:
            return known.load<std::uint8_t>(place);
        case wire::TextKind::ucs2:
            return known.load<std::uint16_t>(place);
        case wire::TextKind::ucs4:
            break;
    }
    return known.load<std::uint32_t>(place);
}

bool copy_text(const TextView& text, const PageCache& known, char* field, std::size_t bytes) {
    const std::uint32_t count = text.bytes / static_cast<std::uint32_t>(text.kind);
    if (count == 0 || character_at(text, 0, known) == 0) return false;
    Utf8Field out{field, bytes};
    for (std::uint32_t i = 0; i < count; ++i)
        if (const std::uint32_t next = character_at(text, i, known); next == 0 || !out.add(next)) break;
    return true;
}

}  // namespace

bool copy_thread_name(std::uint64_t outermost, const cpython::PythonLayout& layout, PageCache& known, char* name,
                      std::size_t bytes) {
    std::uint64_t code = 0, code_name = 0, self = 0;
    if (!read(outermost + layout.frame.code, code, known)) return false;
    code &= ~layout.frame.code_tags;
    if (!read(code + layout.code.name, code_name, known) || !is_text(code_name, "_bootstrap", layout, known) ||
        !read(outermost + layout.frame.locals, self, known))
        return false;
    const std::uint64_t text = find_attribute(self & ~layout.frame.code_tags, "_name", layout, known);
    return text != 0 && copy_text(view_text(text, layout, known), known, name, bytes);
}

}  // namespace pyprof::capture
