#include "agent/capture/code_table.h"

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

}  // namespace

std::uint64_t CodeTable::fingerprint(std::uint64_t code, const cpython::PythonLayout& layout, const PageCache& known) {
    const cpython::PythonLayout::Code& at = layout.code;
    std::uint64_t hash = mix(mix(0, code), known.load<std::uint32_t>(code + at.first_line));
    // A version number is enough, until the interpreter has run out of them; each interpreter counts its own.
    const std::uint32_t version = at.version == cpython::absent ? 0 : known.load<std::uint32_t>(code + at.version);
    if (version != 0) return mix(hash, version);
    for (const cpython::Offset pointer : {at.file_name, at.name, at.line_table, layout.object.size})
        hash = mix(hash, known.load<std::uint64_t>(code + pointer));
    return mix(hash, known.load<std::uint32_t>(code + at.flags));
}

std::uint32_t CodeTable::id_of(std::uint64_t code, const cpython::PythonLayout& layout, RecordingWriter& writer,
                               PageCache& known) {
    const std::uint64_t hash = fingerprint(code, layout, known);
    const std::uint64_t tag = hash & ~id_mask;
    std::uint32_t id = 0;
    for (std::uint32_t probe = 0; probe < longest_probe; ++probe) {
        std::atomic<std::uint64_t>& slot = slots_[(hash + probe) % slot_count];
        std::uint64_t found = slot.load(std::memory_order_acquire);
        if (found == 0) {
            if (id == 0) id = append(code, layout, writer, known);
            if (id == 0) return 0;
            if (slot.compare_exchange_strong(found, tag | id, std::memory_order_acq_rel)) return id;
        }
        if ((found & ~id_mask) == tag) return static_cast<std::uint32_t>(found & id_mask);
    }
    return 0;
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
    epoch_.fetch_add(1, std::memory_order_release);
}

}  // namespace pyprof::capture
