#include "agent/capture/attributes.h"

#include <cstring>

#include "agent/capture/code_copy.h"

namespace pyprof::capture {
namespace {

constexpr std::int64_t most_attributes = 1024;
constexpr std::size_t longest_name = 64;

class Attributes {
public:
    Attributes(const cpython::PythonLayout& layout, PageCache& known)
        : layout_{layout}, at_{layout.attributes}, known_{known} {}

    std::uint64_t find(std::uint64_t object, std::string_view name) {
        const std::uint64_t type = pointer_at(object + layout_.object.type);
        Table table;
        return find_table(object, type, table) ? look_up(table, name) : 0;
    }

private:
    // Keys with an entry each. The values stand in an array of their own, or, where there is none, in the entries.
    struct Table {
        std::uint64_t keys = 0, values = 0;
    };

    // 0 if it cannot be read.
    std::uint64_t pointer_at(std::uint64_t place) {
        std::uint64_t value = 0;
        read(place, value, known_);
        return value;
    }

    bool find_table(std::uint64_t object, std::uint64_t type, Table& table) {
        const std::uint64_t flags = pointer_at(type + at_.type_flags);
        if ((flags & at_.managed_flag) != 0) return find_managed(object, type, flags, table);
        const auto offset = static_cast<std::int64_t>(pointer_at(type + at_.type_dictionary));
        return offset > 0 && open(pointer_at(object + static_cast<std::uint64_t>(offset)), table);
    }

    // Managed by the interpreter, which makes a dictionary only when the program asks for one.
    bool find_managed(std::uint64_t object, std::uint64_t type, std::uint64_t flags, Table& table) {
        const std::uint64_t dictionary = pointer_at(object - at_.before);
        table.keys = pointer_at(type + at_.type_keys);
        switch (at_.kept_in) {
            case cpython::AttributesIn::dictionary:
                return false;
            case cpython::AttributesIn::values_or_dictionary:
                table.values = pointer_at(object - at_.before - sizeof dictionary);
                if (table.values == 0) return open(dictionary, table);
                break;
            case cpython::AttributesIn::tagged_values_or_dictionary:
                if (dictionary % 2 == 0) return open(dictionary, table);
                table.values = dictionary + 1;
                break;
            case cpython::AttributesIn::inline_values:
                table.values = object + pointer_at(type + layout_.type.basic_size);
                if ((flags & at_.inline_flag) == 0 || !are_valid(table.values)) return open(dictionary, table);
                break;
        }
        table.values += at_.values;
        return true;
    }

    bool are_valid(std::uint64_t values) {
        std::uint8_t valid = 0;
        return read(values + at_.values_valid, valid, known_) && valid != 0;
    }

    bool open(std::uint64_t dictionary, Table& table) {
        table.keys = pointer_at(dictionary + layout_.dictionary.keys);
        table.values = pointer_at(dictionary + layout_.dictionary.values);
        if (table.values != 0) table.values += at_.values;
        return dictionary != 0 && table.keys != 0;
    }

    std::uint64_t look_up(const Table& table, std::string_view name) {
        std::int64_t count = 0;
        std::uint64_t entry = 0, key_at = 0, stride = 0;
        if (!read(table.keys + layout_.dictionary.entry_count, count, known_) || count > most_attributes ||
            !find_entries(table.keys, entry, key_at, stride))
            return 0;
        for (std::int64_t i = 0; i < count; ++i, entry += stride) {
            if (!is_text(pointer_at(entry + key_at), name, layout_, known_)) continue;
            const auto index = static_cast<std::uint64_t>(i);
            return pointer_at(table.values != 0 ? table.values + index * 8 : entry + key_at + 8);
        }
        return 0;
    }

    // Entries are key and value, before them the key's hash where the table does not know that all keys are texts.
    bool find_entries(std::uint64_t keys, std::uint64_t& first, std::uint64_t& key_at, std::uint64_t& stride) {
        std::uint8_t kind = 0;
        const bool has_kind = layout_.dictionary.kind != cpython::absent;
        if (has_kind && !read(keys + layout_.dictionary.kind, kind, known_)) return false;
        key_at = kind == 0 ? 8 : 0;
        stride = key_at + 16;
        first = keys + layout_.dictionary.indices;
        return add_index_bytes(keys, first);
    }

    bool add_index_bytes(std::uint64_t keys, std::uint64_t& first) {
        if (layout_.dictionary.log2_index_bytes != cpython::absent) {
            std::uint8_t log2 = 0;
            if (!read(keys + layout_.dictionary.log2_index_bytes, log2, known_) || log2 > 32) return false;
            first += 1ULL << log2;
            return true;
        }
        const std::uint64_t slots = pointer_at(keys + layout_.dictionary.slots);
        if (slots > 1ULL << 32) return false;
        first += slots * (slots <= 0xff ? 1 : slots <= 0xffff ? 2 : 4);
        return true;
    }

    const cpython::PythonLayout& layout_;
    const cpython::PythonLayout::Attributes& at_;
    PageCache& known_;
};

}  // namespace

std::uint64_t find_attribute(std::uint64_t object, std::string_view name, const cpython::PythonLayout& layout,
                             PageCache& known) {
    return Attributes{layout, known}.find(object, name);
}

bool is_text(std::uint64_t text, std::string_view expected, const cpython::PythonLayout& layout, PageCache& known) {
    const TextView view = view_text(text, layout, known);
    char found[longest_name];
    if (view.truncated || view.kind != wire::TextKind::latin1 || view.bytes != expected.size() ||
        view.bytes > sizeof found || view.bytes == 0)
        return false;
    known.copy(found, view.data, view.bytes);
    return std::memcmp(found, expected.data(), view.bytes) == 0;
}

}  // namespace pyprof::capture
