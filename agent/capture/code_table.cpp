#include "agent/capture/code_table.h"

#include <cstring>
#include <initializer_list>

#include "agent/capture/code_copy.h"

namespace pyprof::capture {
namespace {

constexpr std::uint32_t id_bits = 24;
constexpr std::uint64_t id_mask = (1ULL << id_bits) - 1;
constexpr std::uint32_t longest_probe = 256;  // far beyond what a half full table needs

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15;  // 2^64 / golden ratio
    return hash ^ hash >> 29;
}

// How long a text is and how it ends: file names begin alike. `can_read` answers for memory.
template <class CanRead>
[[gnu::hot]] std::uint64_t end_of(std::uint64_t text, const cpython::PythonLayout::Text& at, const PageCache& known,
                                  CanRead can_read) {
    if (!can_read(text, at.ascii_data)) return 0;
    const std::uint64_t length = known.load<std::uint64_t>(text + at.length);
    const std::uint32_t state = known.load<std::uint32_t>(text + at.state);
    if ((state & at.compact_bit) == 0) return 0;  // its characters lie elsewhere
    const std::uint32_t width = state >> at.kind_shift & 7;
    const std::uint64_t data = text + (state & at.ascii_bit ? at.ascii_data : at.compact_data);
    const std::uint64_t end = data + length * width - sizeof(std::uint64_t);  // of a short text with some of its head
    return can_read(end, sizeof end) ? length ^ known.load<std::uint64_t>(end) : 0;
}

template <class CanRead>
std::uint64_t mix_texts(std::uint64_t hash, std::uint64_t code, const cpython::PythonLayout& layout,
                        const PageCache& known, CanRead can_read) {
    const std::uint64_t file = known.load<std::uint64_t>(code + layout.code.file_name);
    const std::uint64_t name = known.load<std::uint64_t>(code + layout.code.name);
    hash = mix(mix(hash, file), name);
    return mix(mix(hash, end_of(file, layout.text, known, can_read)), end_of(name, layout.text, known, can_read));
}

}  // namespace

[[gnu::hot]] std::uint64_t CodeTable::fingerprint(std::uint64_t code, const cpython::PythonLayout& layout,
                                                  PageCache& known, bool is_kept_alive) {
    const cpython::PythonLayout::Code& at = layout.code;
    std::uint64_t hash = mix(mix(0, code), known.load<std::uint32_t>(code + at.first_line));
    // A version number is enough, until the interpreter has run out of them; each interpreter counts its own.
    const std::uint32_t version = at.version == cpython::absent ? 0 : known.load<std::uint32_t>(code + at.version);
    if (version != 0) return mix(hash, version);
    for (const cpython::Offset word : {at.line_table, layout.object.size})
        hash = mix(hash, known.load<std::uint64_t>(code + word));
    hash = mix(hash, known.load<std::uint32_t>(code + at.flags));
    // Code that is made anew often lies where dropped code lay, and so does all that it points to.
    if (is_kept_alive) return mix_texts(hash, code, layout, known, [](std::uint64_t, std::uint64_t) { return true; });
    return mix_texts(hash, code, layout, known,
                     [&known](std::uint64_t address, std::uint64_t bytes) { return readable(address, bytes, known); });
}

template <class Append>
std::uint32_t CodeTable::find_or_append(std::uint64_t hash, Append append_record) {
    const std::uint64_t tag = hash & ~id_mask;
    std::uint32_t id = 0;
    for (std::uint32_t probe = 0; probe < longest_probe; ++probe) {
        std::atomic<std::uint64_t>& slot = slots_[(hash + probe) % slot_count];
        std::uint64_t found = slot.load(std::memory_order_acquire);
        if (found == 0) {
            if (id == 0) id = append_record();
            if (id == 0) return 0;
            if (slot.compare_exchange_strong(found, tag | id, std::memory_order_acq_rel)) return id;
        }
        if ((found & ~id_mask) == tag) return static_cast<std::uint32_t>(found & id_mask);
    }
    return 0;
}

[[gnu::hot]] std::uint32_t CodeTable::id_of(std::uint64_t code, std::uint64_t fingerprint,
                                            const cpython::PythonLayout& layout, RecordingWriter& writer,
                                            PageCache& known) {
    return find_or_append(fingerprint, [&] { return append(code, layout, writer, known); });
}

std::uint32_t CodeTable::id_of_task(const TaskName& name, RecordingWriter& writer) {
    std::uint64_t hash = mix(1, static_cast<std::uint64_t>(name.kind));
    for (std::uint32_t i = 0; i < name.bytes; ++i) hash = mix(hash, name.data[i]);
    return find_or_append(hash, [&] { return append_task(name, writer); });
}

std::uint32_t CodeTable::append_task(const TaskName& name, RecordingWriter& writer) {
    if (used_ids_.load(std::memory_order_relaxed) >= capacity || tasks_.load(std::memory_order_relaxed) >= most_tasks)
        return 0;
    const auto bytes = static_cast<std::uint32_t>((sizeof(wire::CodeRecord) + name.bytes + 7) / 8 * 8);
    auto* const record = static_cast<wire::CodeRecord*>(writer.reserve(bytes));
    if (record == nullptr) return 0;
    tasks_.fetch_add(1, std::memory_order_relaxed);
    record->header.kind = wire::RecordKind::code;
    record->id = used_ids_.fetch_add(1, std::memory_order_relaxed) + 1;
    record->name_bytes = name.bytes;
    record->file_kind = record->qualname_kind = wire::TextKind::latin1;
    record->name_kind = name.kind;
    record->table_kind = wire::LineTableKind::locations;
    record->truncated = name.truncated ? wire::code_truncated::any | wire::code_truncated::name : 0;
    record->is_task = 1;
    std::memcpy(record + 1, name.data, name.bytes);
    const std::uint32_t id = record->id;
    writer.commit(record, bytes);
    return id;
}

std::uint32_t CodeTable::append(std::uint64_t code, const cpython::PythonLayout& layout, RecordingWriter& writer,
                                PageCache& known) {
    if (used_ids_.load(std::memory_order_relaxed) >= capacity) return 0;
    const CodeView view = view_code(code, layout, known);
    const std::uint32_t bytes = record_bytes(view);
    void* const record = writer.reserve(bytes);
    if (record == nullptr) return 0;
    const std::uint32_t id = used_ids_.fetch_add(1, std::memory_order_relaxed) + 1;
    write_code(view, layout, id, *static_cast<wire::CodeRecord*>(record), known);
    writer.commit(record, bytes);
    return id;
}

void CodeTable::reset() {
    for (std::atomic<std::uint64_t>& slot : slots_)
        if (slot.load(std::memory_order_relaxed) != 0) slot.store(0, std::memory_order_relaxed);
    used_ids_.store(0, std::memory_order_relaxed);
    tasks_.store(0, std::memory_order_relaxed);
    epoch_.fetch_add(1, std::memory_order_release);
}

}  // namespace pyprof::capture
